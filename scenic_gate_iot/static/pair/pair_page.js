// The page behind the code on the form of a box. The line stands behind the # of the address,
// which no server and no log ever sees; it leaves the page again only towards the box.
const KEEP = "scenic_box_address";
const LIMIT_MS = 10000;
const line = decodeURIComponent(window.location.hash.slice(1));
const part = (id) => document.getElementById(id);

function say(...ids) {
    for (const id of ["busy", "done", "refused", "lost", "empty"]) {
        part(id).hidden = !ids.includes(id);
    }
}

/** "192.168.1.20" and whole addresses are both understood; a box listens on 8069. */
function boxUrl(text) {
    const url = new URL(text.includes("://") ? text : `http://${text}`);
    if (!url.port && url.protocol === "http:" && !text.includes("://")) {
        url.port = "8069";
    }
    return url.origin;
}

async function pair(url) {
    const answer = await fetch(`${url}/iot_drivers/connect_to_server`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", params: { token: line } }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(LIMIT_MS),
    });
    return (await answer.json()).result?.status === "success";
}

part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    say("busy");
    part("pair").disabled = true;
    const text = part("address").value.trim();
    let url = "";
    try {
        url = boxUrl(text);
        window.localStorage.setItem(KEEP, text);
        const good = await pair(url);
        say(good ? "done" : "refused");
        part("form").hidden = good;
    } catch {
        part("open").href = url || "#";
        part("open").hidden = !url;
        say("lost");
    }
    part("pair").disabled = false;
});
part("copy").addEventListener("click", async () => {
    const label = part("copy").textContent.replace(" ✓", "");
    part("copy").textContent = label + ((await copied(line)) ? " ✓" : " ✕");
});

/** A page without TLS has no clipboard, but may copy what is selected. */
async function copied(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = document.createElement("textarea");
        field.value = text;
        field.readOnly = true;
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        return done;
    }
}

// the secret does not stay in the history of a borrowed phone
window.history.replaceState(null, "", window.location.pathname);
if (/^https?:\/\/[^?]+\?token=/.test(line)) {
    part("form").hidden = false;
    part("address").value = window.localStorage.getItem(KEEP) || "";
    part("address").focus();
} else {
    say("empty");
}
