"""What every service stands on: money, ids, time, errors, events, tables. It holds no word of any domain."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

# botocore loads pyOpenSSL wherever it is installed (webauthn brings it) and takes nothing from it but the standard
# library's own SSLContext: a tenth of a second of every cold start. None makes that import fail at once, and botocore
# goes on with the standard library, as it does where pyOpenSSL is absent.
sys.modules.setdefault("urllib3.contrib.pyopenssl", cast("ModuleType", None))
