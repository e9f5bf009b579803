"""How many decimal digits each currency has.

Source: ISO 4217 list one (SIX, the maintenance agency), column "minor unit", as of 2026-04; the
withdrawn codes (ISO 4217 list three) are those of the countries that took the euro, of other currencies
that a newer unit replaced at a fixed number, and those that still stand in bank statements. List three
has no digits: they are those of OpenJDK's currency data, which kept them from the list's older editions.
Crypto units are not ISO codes: their digits are those of the protocols' base units.
"""

from __future__ import annotations

from typing import Final

_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"
)
_ZERO: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"
_WITHDRAWN_TWO: Final = (
    "AFA ANG ATS AZM BGL BGN CSD CUC CYP DEM EEK FIM FRF GHC HRK IEP LTL LVL MRO MTL MXP MZM NLG PLZ "
    "ROL RUR SDD SIT SKK SLL SRG STD TMM UAK VEB VEF ZMK ZWL"
)
_WITHDRAWN_ZERO: Final = "BEF BYR ESP GRD ITL LUF MGF PTE TRL"
WITHDRAWN: Final = frozenset((*_WITHDRAWN_TWO.split(), *_WITHDRAWN_ZERO.split()))
"""Codes that are no currency any more; amounts in them stay readable for ever."""

EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_ZERO.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
    **dict.fromkeys(_WITHDRAWN_TWO.split(), 2),
    **dict.fromkeys(_WITHDRAWN_ZERO.split(), 0),
}
"""Decimal digits of the minor unit, by ISO 4217 code."""

CRYPTO_EXPONENTS: Final[dict[str, int]] = {"BTC": 8, "ETH": 18, "LTC": 8, "USDC": 6, "USDT": 6}
"""Decimal digits of the base unit: satoshi, wei, and the tokens' `decimals()`."""
