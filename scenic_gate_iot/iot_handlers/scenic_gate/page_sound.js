/* What is heard at the lane page: a sound of the park, or a tone and the browser's voice. */
import { page, soundBytes } from "./page_base.js";
import { allowVoice, hush, speak } from "./page_voice.js";

const MODES = ["voice", "tones", "off"];
const KEY = "scenic_sound";
// only if the box does not even give its tones
const BEEPS = { good: [880], group: [660, 780, 990], staff: [520, 420, 520, 420], bad: [220, 220] };
const VIBRATIONS = { good: 60, group: [60, 60, 60], staff: [120, 60, 120], bad: [250, 100, 250] };

const buffers = new Map();
let audio = null;
let source = null;
let turn = 0; // of what is heard now: the newest wins

const kept = localStorage.getItem(KEY);
page.sound = MODES.includes(kept) ? kept : "voice";

document.addEventListener("click", () => {
    // browsers allow sound only after the first touch
    if (!audio) {
        audio = new AudioContext();
        Object.keys(BEEPS).forEach(load);
        allowVoice();
    }
    // a phone stops it when its screen goes dark or somebody calls
    if (audio.state !== "running") {
        audio.resume().catch(() => {});
    }
});

function load(name) {
    if (!buffers.has(name)) {
        const wait = soundBytes(name).then((bytes) => bytes && audio.decodeAudioData(bytes));
        buffers.set(name, wait);
        wait.then(
            (buffer) => buffer || buffers.delete(name),
            () => buffers.delete(name)
        );
    }
    return buffers.get(name);
}

function stop() {
    if (source) {
        source.stop();
        source = null;
    }
    hush();
}

/** Play a sound; returns its seconds, 0 when the box does not have it. */
async function start(name, mine) {
    const buffer = await load(name).catch(() => null);
    if (!buffer || mine !== turn) {
        return 0;
    }
    source = new AudioBufferSourceNode(audio, { buffer });
    source.connect(audio.destination);
    source.start();
    return buffer.duration;
}

function beep(tone) {
    BEEPS[tone].forEach((pitch, index) => {
        const note = audio.createOscillator();
        const gain = audio.createGain();
        const at = audio.currentTime + index * 0.22;
        note.frequency.value = pitch;
        gain.gain.setValueAtTime(0.25, at);
        gain.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
        note.connect(gain).connect(audio.destination);
        note.start(at);
        note.stop(at + 0.2);
    });
    return 0.22 * BEEPS[tone].length;
}

/** Let a visitor hear an answer: {sound: hash or "", tone, text}. */
export async function hear({ sound = "", tone, text = "" }) {
    if (page.sound === "off" || !audio) {
        return;
    }
    const mine = ++turn;
    stop();
    if (navigator.vibrate) {
        navigator.vibrate(VIBRATIONS[tone]);
    }
    if (sound && page.sound === "voice" && (await start(sound, mine))) {
        return;
    }
    const seconds = (mine === turn && (await start(tone, mine))) || (mine === turn && beep(tone));
    if (page.sound === "voice" && mine === turn) {
        // first the tone, which everybody knows, then the words
        setTimeout(
            () => mine === turn && page.state && speak(text, page.state.lang),
            seconds * 1000
        );
    }
}

/** The next of: voice, tones, off. */
export function switchSound() {
    page.sound = MODES[(MODES.indexOf(page.sound) + 1) % MODES.length];
    localStorage.setItem(KEY, page.sound);
    stop();
}
