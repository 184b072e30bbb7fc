// @odoo-module ignore
/**
 * Serves the page of a window while the server is gone. Runs before the service worker of stock
 * POS, which knows only the address a window was opened with (F5 at an order fails), waits without
 * limit for a server that accepts and never answers, and stores redirects to the login page.
 */
{
    const CACHE = "odoo-pos-cache";
    // how long a page or file that we have may take to come from the server, in ms
    const LIMIT = 4000;
    // after a request that took too long, what we have comes at once for a while
    const QUIET = 15000;
    const KEPT =
        /^\/(pos\/ui\/|web\/(assets|static|image|bundle|webclient)\/|web\/image$|bus\/websocket_worker_bundle|[\w.]+\/static\/)/;
    // the address names the content: the same for ever
    const FIXED = /^\/web\/assets\/(?!debug)[^/]+\//;
    const WINDOW = /^\/pos\/ui\/\d+/;
    let quietUntil = 0;

    const isGood = (response) =>
        response.ok && response.status === 200 && response.type === "basic" && !response.redirected;

    /**
     * Return the name under which an answer is kept. A picture of a product has one, whatever
     * version its address asks for: without the server any version is better than none.
     */
    function nameOf(request) {
        const url = new URL(request.url);
        if (url.pathname !== "/web/image") {
            return request;
        }
        url.searchParams.delete("unique");
        return url.href;
    }

    /** Return what we have for a request: the same address, or the window that it belongs to. */
    async function kept(request) {
        const cache = await caches.open(CACHE);
        const found = await cache.match(nameOf(request));
        const window = new URL(request.url).pathname.match(WINDOW);
        if (found || request.mode !== "navigate" || !window) {
            return found;
        }
        return (await cache.match(window[0])) || cache.match(window[0], { ignoreSearch: true });
    }

    async function fromServer(request) {
        const response = await fetch(request);
        if (isGood(response)) {
            const copy = response.clone();
            caches.open(CACHE).then((cache) => cache.put(nameOf(request), copy));
        }
        return response;
    }

    async function answer(request) {
        const copy = await kept(request);
        if (copy && (FIXED.test(new URL(request.url).pathname) || Date.now() < quietUntil)) {
            return copy;
        }
        const asked = fromServer(request);
        if (!copy) {
            return asked;
        }
        let timer;
        const late = new Promise((resolve) => {
            timer = setTimeout(() => {
                quietUntil = Date.now() + QUIET;
                resolve(copy);
            }, LIMIT);
        });
        const soon = asked.then(
            // a proxy whose server is gone answers 502 or the like
            (response) => (response.status >= 500 ? copy : response),
            () => copy
        );
        return Promise.race([soon, late]).finally(() => clearTimeout(timer));
    }

    globalThis.addEventListener("install", () => globalThis.skipWaiting());
    globalThis.addEventListener("activate", (event) => event.waitUntil(globalThis.clients.claim()));
    globalThis.addEventListener("fetch", (event) => {
        const url = new URL(event.request.url);
        event.stopImmediatePropagation();
        // everything else goes its way as if there was no worker
        if (
            event.request.method === "GET" &&
            url.origin === globalThis.location.origin &&
            KEPT.test(url.pathname)
        ) {
            event.respondWith(answer(event.request));
        }
    });
}
