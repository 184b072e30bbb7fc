/* The browser's own voice. Many devices have none for a language: then nothing is said. */

const synth = window.speechSynthesis;
let voices = [];

function learn() {
    voices = synth ? [...synth.getVoices()] : [];
}

if (synth) {
    learn();
    // browsers list their voices some time after the page has begun
    synth.addEventListener?.("voiceschanged", learn);
}

function tag(text) {
    return text.replace("_", "-").toLowerCase();
}

/** The voice for a language, or null. A voice of the network says nothing at a gate without one. */
export function voiceFor(lang) {
    const wanted = tag(lang);
    const spoken = wanted.split("-")[0];
    const local = voices.filter((voice) => voice.localService);
    return (
        local.find((voice) => tag(voice.lang) === wanted) ||
        local.find((voice) => tag(voice.lang).split("-")[0] === spoken) ||
        null
    );
}

/** Say a text in a language; what was being said before is cut off. */
export function speak(text, lang) {
    const voice = voiceFor(lang);
    if (!voice || !text) {
        return false;
    }
    hush();
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice;
    words.lang = voice.lang;
    synth.speak(words);
    return true;
}

/** An iPhone speaks later only if the page has spoken once while it was touched. */
export function allowVoice() {
    if (synth) {
        synth.speak(new SpeechSynthesisUtterance(""));
    }
}

export function hush() {
    if (synth) {
        synth.cancel();
    }
}
