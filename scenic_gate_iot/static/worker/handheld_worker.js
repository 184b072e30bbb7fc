/* Everything of a handheld that must not wait for the screen, and the other way round. */
"use strict";

const BASE = "/scenic_gate_iot/static/";
importScripts(
    BASE + "worker/hash.js",
    BASE + "lib/brython/brython.min.js",
    BASE + "lib/brython/brython_modules.js",
    BASE + "worker/python.js",
    BASE + "worker/store.js",
    BASE + "worker/server.js",
    BASE + "worker/sync.js",
    BASE + "worker/boxes.js",
    BASE + "worker/desk.js"
);

const desk = self.scenicDesk;
const JOBS = {
    start: (given) => desk.start(given),
    choose: ({ name, place }) => desk.choose(name, place),
    scan: (given) => desk.scan(given),
    undo: () => desk.undo(),
    admit: (given) => desk.admit(given),
    leave: () => desk.leave(),
};

self.onmessage = async ({ data: { id, job, given, letter, text } }) => {
    if (letter) {
        return self.scenicBoxes.arrived(letter, text);
    }
    try {
        const value = await desk.alone(() => JOBS[job](given));
        self.postMessage({ type: "done", id, value });
    } catch (error) {
        self.postMessage({ type: "done", id, error: String(error.message || error) });
    }
};
