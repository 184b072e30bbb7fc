/* What is heard at the lane page. */
import { page } from "./page_base.js";

const TONES = { green: [880], red: [220, 220], amber: [520, 420] };
let audio = null;
page.sound = localStorage.getItem("scenic_sound") !== "off";

document.addEventListener("click", () => {
    // browsers allow sound only after the first touch
    audio = audio || new AudioContext();
});

export function beep(colour) {
    if (!page.sound || !audio) {
        return;
    }
    TONES[colour].forEach((pitch, index) => {
        const tone = audio.createOscillator();
        const gain = audio.createGain();
        const start = audio.currentTime + index * 0.22;
        tone.frequency.value = pitch;
        gain.gain.setValueAtTime(0.25, start);
        gain.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
        tone.connect(gain).connect(audio.destination);
        tone.start(start);
        tone.stop(start + 0.2);
    });
    if (navigator.vibrate) {
        navigator.vibrate(colour === "green" ? 60 : [120, 80, 120]);
    }
}
