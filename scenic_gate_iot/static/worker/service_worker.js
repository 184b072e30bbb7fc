/* Lets the handheld start without its server. SCENIC = {version, urls} stands before this text. */
/* global SCENIC */
"use strict";

const CACHE = "scenic-handheld-" + SCENIC.version;
const PAGE = "/scenic/handheld";
const TRANSLATIONS = "/web/webclient/translations";
const FIXED = ["/web/assets/", "/web/static/", "/scenic_gate_iot/static/", PAGE + "/python"];
const WAIT_MS = 4000;

self.addEventListener("install", (event) => {
    event.waitUntil(
        caches
            .open(CACHE)
            .then((cache) => cache.addAll(SCENIC.urls))
            .then(() => self.skipWaiting())
    );
});

self.addEventListener("activate", (event) => {
    const old = (name) => name.startsWith("scenic-handheld-") && name !== CACHE;
    event.waitUntil(
        caches
            .keys()
            .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
            .then(() => self.clients.claim())
    );
});

async function keep(request, response) {
    if (response.ok && !response.redirected) {
        const cache = await caches.open(CACHE);
        await cache.put(request, response.clone());
    }
    return response;
}

async function fromCache(request) {
    const known = await caches.match(request, { ignoreVary: true });
    return known || keep(request, await fetch(request));
}

async function fromServer(request, key) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT_MS);
    try {
        const response = await fetch(request, { signal: stop.signal });
        if (response.status >= 500) {
            throw new Error("the server is in trouble");
        }
        return await keep(key, response);
    } catch (error) {
        const known = await caches.match(key, { ignoreVary: true });
        if (known) {
            return known;
        }
        throw error;
    } finally {
        clearTimeout(timer);
    }
}

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate" && url.pathname === PAGE) {
        event.respondWith(fromServer(request, PAGE));
    } else if (url.pathname === TRANSLATIONS) {
        event.respondWith(fromServer(request, TRANSLATIONS));
    } else if (FIXED.some((start) => url.pathname.startsWith(start))) {
        event.respondWith(fromCache(request));
    }
});
