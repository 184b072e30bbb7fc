import { App, whenReady } from "@odoo/owl";
import { makeEnv, startServices } from "@web/env";
import { appTranslateFn } from "@web/core/l10n/translation";
import { getTemplate } from "@web/core/templates";
import { HandheldApp } from "./handheld_app";
import { HandheldClient } from "./handheld_client";

async function keepOffline() {
    if (!navigator.serviceWorker) {
        return; // no secure context: the page works, but cannot start without the server
    }
    try {
        const path = "/scenic/handheld/service-worker.js";
        await navigator.serviceWorker.register(path, { scope: "/scenic/handheld" });
        await navigator.storage?.persist?.();
    } catch (error) {
        console.info("The handheld cannot start offline:", error.message);
    }
}

(async function start() {
    await whenReady();
    const env = makeEnv();
    await startServices(env);
    const client = new HandheldClient(odoo.scenic_handheld);
    const app = new App(HandheldApp, {
        getTemplate,
        env,
        props: { client },
        translateFn: appTranslateFn,
        translatableAttributes: ["data-tooltip"],
    });
    await app.mount(document.body);
    await keepOffline();
})();
