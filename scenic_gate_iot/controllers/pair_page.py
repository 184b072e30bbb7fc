from odoo import http
from odoo.http import request


class PairPage(http.Controller):
    @http.route("/scenic/gate/pair", type="http", auth="public", methods=["GET"])
    def page(self):
        """Give the page that the code on the form of a box leads to.

        It knows nothing: the pairing line is behind the # of the address, which browsers keep to
        themselves, and goes from the page to the box without passing here.
        """
        values = {"lang": request.env.lang or "en", "texts": _texts(request.env)}
        response = request.render("scenic_gate_iot.pair_page", values)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cache-Control"] = "no-store"
        return response


def _texts(env):
    return {
        "title": env._("Pair a Box"),
        "where": env._(
            "Be in the network of the box. Its address is on its screen, "
            "or in the list of your router."
        ),
        "address": env._("Address of the box"),
        "pair": env._("Pair now"),
        "busy": env._("Asking the box…"),
        "done": env._("Paired. The box restarts now; within two minutes it is listed as Paired."),
        "refused": env._("The box did not accept the line. Make a new one: Replace Hardware."),
        "lost": env._(
            "No answer from that address. Is it right, and is this device"
            " in the same network? A page that came by HTTPS may not "
            "speak to a box: then copy the line, open the page of the "
            "box, choose Configure next to the server and paste it."
        ),
        "copy": env._("Copy the line"),
        "open": env._("Open the page of the box"),
        "empty": env._("There is nothing to pair here. Scan the code on the form of the box."),
    }
