/* Tones and vibration: the attendant looks at the visitor, not at the phone. */
const TONES = {
    GREEN: [[880, 0.12]],
    STAFF: [
        [660, 0.12],
        [660, 0.12],
    ],
    RED: [[220, 0.45]],
};
const BUZZ = { GREEN: [60], STAFF: [60, 60, 60], RED: [350] };
let audio;

/* Browsers let a page sound only after a touch. */
export function allowSound() {
    const Audio = window.AudioContext || window.webkitAudioContext;
    audio = audio || (Audio && new Audio());
    audio?.resume?.();
}

export function signal(colour) {
    navigator.vibrate?.(BUZZ[colour]);
    if (audio?.state !== "running") {
        return;
    }
    let at = audio.currentTime;
    for (const [pitch, seconds] of TONES[colour]) {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        volume.gain.value = 0.4;
        tone.frequency.value = pitch;
        tone.connect(volume).connect(audio.destination);
        tone.start(at);
        tone.stop(at + seconds);
        at += seconds + 0.08;
    }
}
