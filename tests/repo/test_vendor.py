"""What others wrote is served as it came."""

from __future__ import annotations

import hashlib
from typing import Final

from tests.repo.sources import ROOT

VENDOR: Final = ROOT / "static" / "vendor"
SHA256: Final = {
    "barcode-detector-3.2.2.mjs": "96594fe045ebae09ffc7c22901a7efda1874736b937cf2006470f0bdc92bb551",
    "barcode-detector-LICENSE.txt": "fb506e4ade12d7a9efa67c9d76a9a28c8e15d347ca49a69e48e29b40b34ad2ab",
    "zxing-cpp-LICENSE.txt": "c6596eb7be8581c18be736c846fb9173b69eccf6ef94c5135893ec56bd92ba08",
    "zxing-reader-3.1.3.wasm": "2ebda08a93eea3efcd8399cda6b276e6a0b1de4fec60b4d8988a047de4c6d1ba",
    "zxing-wasm-LICENSE.txt": "fb506e4ade12d7a9efa67c9d76a9a28c8e15d347ca49a69e48e29b40b34ad2ab",
    "lean-qr-2.7.4.mjs": "0ce41cd6f92cc23cf057a1df7e1b3876767d678665dd65af4e1d22b4fad967dc",
    "lean-qr-LICENSE.txt": "dc672b829e054d6c102da8776d327f26f27edc1f88740c1878a7ca5b9f74da73",
}


def test_each_file_of_others_is_the_one_we_took() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir() if path.name != "README.md"}

    assert found == SHA256


def test_each_has_its_line_and_license() -> None:
    told = (VENDOR / "README.md").read_text()

    assert [name for name in SHA256 if name not in told] == []


def test_the_reader_is_exactly_the_one_its_script_pins() -> None:
    script = (VENDOR / "barcode-detector-3.2.2.mjs").read_text()

    assert SHA256["zxing-reader-3.1.3.wasm"] in script
