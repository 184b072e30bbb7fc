"""Put Brython into scenic_gate_iot: the interpreter as published, and the modules we import.

    npm pack brython@3.14.3 && python tools/vendor_brython.py brython-3.14.3.tgz

The package is refused unless it is the pinned one. The whole library has 4.8 MB; a handheld needs a
tenth of it. PINS.json names the checksums; tests/gate/test_gate_browser.py compares them.
"""

import base64
import hashlib
import json
import sys
import tarfile
from pathlib import Path

INTEGRITY = (
    "d06vY02XaJEexv6knEqNd6ZYpBguPXI4JrCcoBchJOaoy1yf3anmDrU7TWbY1Gyq/9BxG2mJ+X1GgTaFusT1Vg=="
)
OUT = Path(__file__).resolve().parents[1] / "scenic_gate_iot/static/lib/brython"
MODULES = [
    "__future__",
    "_ast",
    "_base64",
    "_binascii",
    "_codecs",
    "_collections",
    "_collections_abc",
    "_colorize",
    "_contextvars",
    "_functools",
    "_imp",
    "_io",
    "_io_classes",
    "_json",
    "_locale",
    "_operator",
    "_py_abc",
    "_py_warnings",
    "_pydatetime",
    "_random",
    "_suggestions",
    "_thread",
    "_typing",
    "_warnings",
    "_weakref",
    "_weakrefset",
    "abc",
    "annotationlib",
    "ast",
    "base64",
    "binascii",
    "bisect",
    "browser",
    "browser.aio",
    "codecs",
    "codeop",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "copyreg",
    "dataclasses",
    "datetime",
    "enum",
    "errno",
    "functools",
    "genericpath",
    "heapq",
    "io",
    "itertools",
    "json",
    "json.encoder",
    "json.decoder",
    "json.scanner",
    "keyword",
    "linecache",
    "marshal",
    "math",
    "operator",
    "os",
    "os.path",
    "posix",
    "posixpath",
    "python_re",
    "re",
    "reprlib",
    "stat",
    "textwrap",
    "time",
    "token",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "warnings",
    "weakref",
    "_tokenize",
    "_strptime",
    "_frozen_importlib",
    "_sys",
    "sys",
    "builtins",
    "importlib",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "importlib.machinery",
    "marshal",
    "gc",
    "atexit",
    "encodings",
    "_dummy_thread",
]
LICENCE = """Brython, https://github.com/brython-dev/brython

Copyright (c) 2012, Pierre Quentel pierre.quentel@gmail.com
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:

Redistributions of source code must retain the above copyright notice, this list of conditions and
the following disclaimer. Redistributions in binary form must reproduce the above copyright notice,
this list of conditions and the following disclaimer in the documentation and/or other materials
provided with the distribution. Neither the name of the <ORGANIZATION> nor the names of its
contributors may be used to endorse or promote products derived from this software without specific
prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF
THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def main(package):
    data = Path(package).read_bytes()
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(f"{package} is not the pinned package: sha512-{found}")
    with tarfile.open(package) as archive:
        interpreter = archive.extractfile("package/brython.min.js").read()
        library = archive.extractfile("package/brython_stdlib.js").read().decode()
    start = library.index("{", library.index("var scripts"))
    scripts, _end = json.JSONDecoder(strict=False).raw_decode(library[start:])
    chosen = {name: scripts[name] for name in MODULES if name in scripts}
    chosen["$timestamp"] = scripts["$timestamp"]
    text = "__BRYTHON__.use_VFS = true;\n__BRYTHON__.update_VFS(" + json.dumps(chosen) + ");\n"
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "brython.min.js").write_bytes(interpreter)
    (OUT / "brython_modules.js").write_text(text)
    (OUT / "LICENCE.txt").write_text(LICENCE)
    pins = {
        name: hashlib.sha256((OUT / name).read_bytes()).hexdigest()
        for name in ("brython.min.js", "brython_modules.js", "LICENCE.txt")
    }
    pins = {"package": "brython 3.14.3", "integrity": f"sha512-{INTEGRITY}", "sha256": pins}
    (OUT / "PINS.json").write_text(json.dumps(pins, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
