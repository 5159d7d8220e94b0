"""Static files under names that carry their content's hash, in modules' imports too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage, with the imports between our modules rewritten like the addresses in style sheets."""

    support_js_module_import_aggregation = True
