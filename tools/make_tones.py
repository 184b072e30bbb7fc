#!/usr/bin/env python3
"""Write the tones that every gate has: scenic_gate_iot/iot_handlers/scenic_sounds/*.wav.

    python tools/make_tones.py          writes them
    python tools/make_tones.py --check  tells whether the files are what it would write

Who does not see the lamp must know by ear what a lane says, also beside a waterfall and on a bad
loudspeaker. So the tones differ in number, length, height and direction, each enough by itself:

    good    one short high note                     go
    group   three quick notes that rise             go, all of you
    staff   high, low, high, low, like a doorbell   wait, somebody comes
    bad     two long low buzzes                     stop
    silence nothing; shows whether a loudspeaker is there

8 kHz, 16 bits, mono: the highest partial is below 2 kHz, and each file has a few kilobytes. A
loudspeaker that wakes up swallows the first moment, so each begins with a little silence.
"""

import argparse
import io
import math
import struct
import sys
import wave
from pathlib import Path

RATE = 8000
LEAD_S = 0.02
LEVEL = 0.8
OUT = Path(__file__).resolve().parents[1] / "scenic_gate_iot/iot_handlers/scenic_sounds"
BELL = ((1, 1.0), (2, 0.25))  # partials: (multiple of the pitch, share)
BUZZ = ((1, 1.0), (3, 0.6), (5, 0.4), (7, 0.3))  # what a small loudspeaker has of a low note

# (pitch in Hz, seconds, pause after it), partials, how fast a note fades (0: not)
TONES = {
    "good": ([(1047, 0.24, 0)], BELL, 9.0),
    "group": ([(659, 0.09, 0.03), (784, 0.09, 0.03), (988, 0.16, 0)], BELL, 6.0),
    "staff": (
        [(784, 0.15, 0.02), (587, 0.15, 0.12), (784, 0.15, 0.02), (587, 0.19, 0)],
        BELL,
        4.0,
    ),
    "bad": ([(220, 0.28, 0.12), (220, 0.28, 0)], BUZZ, 0.0),
    "silence": ([(0, 0.03, 0)], BELL, 0.0),
}


def note(pitch, seconds, partials, fade):
    """Return the samples of one note, without a click at either end."""
    count = round(seconds * RATE)
    whole = sum(share for _, share in partials)
    edge = round(0.006 * RATE)
    made = []
    for n in range(count):
        at = n / RATE
        sound = sum(share * math.sin(2 * math.pi * pitch * k * at) for k, share in partials)
        ramp = min(1.0, n / edge, (count - 1 - n) / edge)
        made.append(LEVEL * ramp * math.exp(-fade * at) * sound / whole)
    return made


def samples(name):
    """Return a tone as numbers between -1 and 1."""
    notes, partials, fade = TONES[name]
    made = [0.0] * round(LEAD_S * RATE)
    for pitch, seconds, pause in notes:
        made += note(pitch, seconds, partials, fade)
        made += [0.0] * round(pause * RATE)
    return made


def tone(name):
    """Return a tone as the bytes of a WAV file."""
    numbers = [round(sample * 32767) for sample in samples(name)]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(numbers)}h", *numbers))
    return buffer.getvalue()


def main():
    """Write or compare all tones."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    OUT.mkdir(exist_ok=True)
    for name in TONES:
        path, data = OUT / f"{name}.wav", tone(name)
        if not check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            sys.exit(f"{path.name} is not what this program writes")


if __name__ == "__main__":
    main()
