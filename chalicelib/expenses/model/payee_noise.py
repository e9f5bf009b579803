"""The words that banks add around a merchant's name, by where they stand. Ours, from general knowledge.

All are written as `payee.fold` leaves them: lower case, without accents.
"""

from __future__ import annotations

from typing import Final


def _bag(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(*blocks: str) -> frozenset[tuple[str, ...]]:
    return frozenset(
        tuple(phrase.split()) for block in blocks for phrase in block.split(",") if phrase.strip()
    )


AGENTS: Final = _bag(
    "paypal pp sq sumup zettle izettle tst sp stripe klarna mollie adyen ccv nya wpy paddle payu mp"
    " pagseguro dlo fs ppl clover toast shopify bkg viva worldline nexi satispay izt zlr gpay eb"
)
"""Payment agents that write `AGENT *SHOP`."""

DOMAINS: Final = _bag(
    "com net org de fr es it nl be at ch co io app eu uk us ie pl se dk no fi cz pt info online shop"
    " store ca au in br jp tv me biz hu ro gr lu"
)

MONTHS: Final = _bag(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july"
    " august september october november december januar februar marz maerz mai juni juli oktober"
    " dezember okt dez janvier fevrier mars avril juin juillet aout septembre octobre novembre"
    " decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre januari"
    " februari maart mei augustus"
)
"""Month names, dropped beside a number."""

NAMES_WITH_DIGITS: Final = _bag(
    "7eleven 1und1 99p h3g c1000 a101 m6 365 4imprint 24h tele2 jet2 n26 home24 check24 huk24 lotto24"
    " tipp24 bet365 kfzteile24 bike24 okq8 5guys 1password f24 24hours 4you"
)

LEADS: Final = _phrases(
    # English
    "pos, eftpos, pos purchase, pos debit, pos refund, pos transaction, pos pur, visa, visa debit",
    "visa purchase, visa debit purchase, debit card, debit card purchase, debit card purchase pos",
    "card purchase, card payment, card payment to, credit card purchase, checkcard, check card",
    "checkcard purchase, check card purchase, purchase, purchase at, purchase authorized on",
    "recurring payment, recurring payment authorized on, recurring card payment, recurring, dbt purchase",
    "contactless, contactless payment, contactless payment to, contactless purchase, apple pay",
    "google pay, mastercard, maestro, debit purchase, debit, dd, direct debit, direct debit to",
    "direct debit payment to, direct debit from, standing order, standing order to, so, bill payment",
    "bill payment to, bill pay, payment to, faster payment to, faster payment from, fpi, fpo, bgc",
    "faster payments receipt, bank giro credit, bank credit, ach, ach debit, ach credit, ach payment",
    "preauthorized debit, electronic payment, web payment, online payment, online payment to, epos",
    "internet payment, e transfer, ext transfer, card transaction, pending, pending transaction",
    "returned, refund, refund from, refund purchase, card refund, purchase return, merchandise return",
    "credit from, chip purchase, pin purchase, interac, interac purchase, idp purchase, on",
    "point of sale, point of sale withdrawal, point of sale debit, transaction, dir dep, dir deb",
    "payment from, value date, to, from, merchant, payee, foreign purchase, crv, vis, ddr",
    "misc payment, umc, nr, no, number",
    # German
    "kartenzahlung, karten zahlung, girocard, ec, ec karte, ec kartenzahlung, lastschrift, debitkarte",
    "sepa lastschrift, sepa basislastschrift, basislastschrift, folgelastschrift, erstlastschrift",
    "sepa elv lastschrift, elv lastschrift, einzugsermachtigung, uberweisung, ueberweisung, gutschrift",
    "sepa uberweisung, sepa ueberweisung, sepa gutschrift, dauerauftrag, sepa dauerauftrag, zahlung",
    "internet uberweisung, internet ueberweisung, echtzeituberweisung, onlinezahlung, bankomat pos",
    "online uberweisung, giro, karte, mastercard zahlung, visa zahlung, kauf, einkauf, danke, at, bei",
    "bankkarte, zahlung mit karte, kartenverfugung, bezug, dienstleistungen, twint, belastung, an, von",
    "debit mastercard, kredit, kreditkarte, ihre zahlung, ihr einkauf bei, retoure, erstattung",
    # French
    "cb, achat cb, achat, achat par carte, paiement, paiement cb, paiement par carte, paiement carte",
    "carte, carte bancaire, facture carte, fact carte, prlv, prlv sepa, prelevement, prelvt",
    "prelevement sepa, prelevement europeen, vir, virement, vir sepa, virement sepa, virement de",
    "virement a, virement recu, virement recu de, vir recu, vir inst, virement instantane, virement pour",
    "virement emis, paiement psc, achat psc, sans contact, paiement sans contact, avoir, avoir carte",
    "remboursement, remboursement carte, avoir cb, du, retrait cb",
    # Spanish, Portuguese, Italian
    "compra, compra en, compra tarjeta, compra con tarjeta, compra tarj, pago, pago en, pago con tarjeta",
    "pago con tarjeta en, tarjeta, recibo, adeudo, adeudo recibo, adeudo de, cargo, cargo por, bizum",
    "transferencia, transferencia a, transferencia de, transferencia a favor de, devolucion, abono",
    "pago movil, pago movil en, compra internet, tpv, pagamento, pagamento pos, pagamento carta",
    "pagamento con carta, pagamento tramite pos, acquisto, acquisto pos, addebito, addebito sdd",
    "addebito diretto, bonifico, bonifico a favore di, bonifico da, operazione pos, pos carta, carta",
    "sdd, compra cartao, pagamento de servicos, debito direto, presso, storno, utilizzo carta",
    # Dutch, Nordic, Polish, Czech
    "bea, bea betaalpas, betaalpas, betaalautomaat, betaling, pinbetaling, pin, incasso, sepa incasso",
    "sepa incasso algemeen, sepa incasso algemeen doorlopend, sepa overboeking, overboeking, ideal",
    "ideal betaling, sepa ideal, bck, sepa, sepa periodieke overb, betaling aan, naar, giro betaling",
    "automatische incasso, doorlopende incasso, sepa acceptgirobetaling, terugbetaling, retourpin",
    "kortkop, kortkob, kop, dankort, dk, visa dankort, varekjop, varukop, korttiosto, kortkjop, swish",
    "autogiro, betalning, betaling til, mobilepay, vipps, zakup, zakup karta, platnosc, platnosc karta",
    "platba, platba kartou, przelew, blik, transakcja karta, nakup",
    # agents without their star
    "paypal, sumup, zettle, izettle, klarna, mollie, stripe, sq, tst, pagseguro, satispay, gpay",
    "pypl, payments, paypal europe, paypal inst xfer, paypal payment, amazon pay, googlepay",
)
"""Phrases dropped in front of a name."""

EMPTY: Final = frozenset(word for phrase in LEADS for word in phrase) | _bag(
    "europe sarl sca cie et the de la le el di da der die das van het un una of a and und e y en"
    " inst xfer transfer payment payments gmbh ltd inc llc bv sa ag plc no nr ref id number date"
    " com store shop bank"
)
"""Words that name nobody, not even together."""

LINKS: Final = _bag(
    "of de di da du des del della la le les el von zu zum zur van in im at am den der and und et y e"
    " the a royal new bank st saint san santa universitat university hotel stadt ville"
    " stadtwerke gemeinde sparkasse volksbank council city"
)
"""A place behind one of these belongs to the name: bank of ..., hotel ..., stadt ..."""

FILLER: Final = _bag(
    "gmbh mbh kgaa ohg ug limited ltd plc llc llp inc corp corporation bv nv sarl sas srl slu oyj aps"
    " sro zrt kft doo ev co kg sacat saca mktp mktplace mktpl pmts pmt recurng"
)
"""Legal forms and filler, dropped behind the first word."""

ALIASES: Final = {"amzn": "amazon", "mcd": "mcdonalds"}
"""Short forms of names."""

HOUSES: Final = {
    "amazon": _bag(
        "bill bi mktp mktplace mktpl marketplace payments pmts pay eu retail media us uk de digital"
        " services europe core luxembourg sales web"
    ),
    "paypal": _bag("europe inst xfer payment payments cie et sca sarl"),
}
"""Words dropped everywhere behind a house's name."""

TAILS: Final = _phrases(
    # legal forms that are words elsewhere
    "ag, sa, se, spa, sl, ab, as, asa, oy, sp z o o, cie, et cie, s a, ltda, pty, gbr, sca, scs, kgaa",
    # courtesies, and words before a number that is gone
    "sagt danke, dankt, danke, merci, store, stores, filiale, fil, branch, no, nr, num, ref",
    "terminal, tid, pas, pasvolgnr, card, karte, carte, tarjeta, kfn, vj, uhr, id, xxxx, xx, x, term",
    "apple pay, google pay, rechnung, invoice, ihr einkauf, debitk, folgenr, verfalld, kurs, eur, usd",
    "gbp, chf, at, in, am, um, vom, on, the, a, s, betrag, bezahlung, referenz, zahlung, payment, purchase",
    "help, eu, auftrag, beleg, trx, txn, transaction, sold by, value date, cd",
    # countries
    "uk, gb, gbr, lnd, usa, us, united states, united kingdom, deutschland, germany, de, deu, ger, nl, nld",
    "nederland, netherlands, the netherlands, at, aut, osterreich, oesterreich, austria, ch, che, schweiz",
    "switzerland, suisse, be, bel, belgium, belgique, belgie, lu, lux, luxembourg, luxemburg, ie, irl",
    "ireland, fr, fra, es, esp, espana, spain, pt, prt, portugal, ita, pl, pol, polska, poland, cz, cze",
    "dk, dnk, danmark, denmark, se, swe, sverige, sweden, nor, norge, norway, fi, fin, suomi, finland",
    "can, canada, aus, australia, nzl, sgp, sg, singapore, hkg, jpn, chn, ind, bra, mex, tur, grc, hun",
    # states of the United States
    "al, ak, az, ar, ca, co, ct, dc, fl, ga, hi, ia, il, ks, ky, ma, md, mi, mn, mo, ms, mt, nc, nd, ne",
    "nh, nj, nm, nv, ny, oh, ok, or, pa, ri, sc, sd, tn, tx, ut, va, vt, wa, wi, wv, wy",
    # large cities
    "london, manchester, birmingham, leeds, glasgow, edinburgh, bristol, liverpool, cardiff, belfast",
    "sheffield, nottingham, leicester, dublin, cork, galway, berlin, hamburg, munchen, muenchen, munich",
    "koln, koeln, cologne, frankfurt, frankfurt am main, frankfurt main, stuttgart, dusseldorf",
    "duesseldorf, leipzig, dortmund, essen, bremen, dresden, hannover, nurnberg, nuernberg, duisburg",
    "bochum, bonn, munster, mannheim, karlsruhe, augsburg, wiesbaden, mainz, freiburg, wien, vienna",
    "graz, linz, salzburg, innsbruck, zurich, zuerich, geneve, geneva, basel, bern, lausanne, paris",
    "lyon, marseille, toulouse, nice, nantes, strasbourg, bordeaux, lille, rennes, montpellier, madrid",
    "barcelona, valencia, sevilla, zaragoza, malaga, bilbao, lisboa, lisbon, porto, roma, rome, milano",
    "milan, napoli, torino, bologna, firenze, venezia, genova, verona, amsterdam, rotterdam, den haag",
    "the hague, utrecht, eindhoven, groningen, brussel, brussels, bruxelles, antwerpen, gent, liege",
    "stockholm, goteborg, malmo, oslo, bergen, kobenhavn, copenhagen, aarhus, helsinki, warszawa, krakow",
    "wroclaw, gdansk, poznan, praha, prague, brno, budapest, bucuresti, athens, athina, istanbul, moscow",
    "new york, brooklyn, los angeles, san francisco, san jose, san diego, seattle, chicago, boston",
    "austin, dallas, houston, atlanta, miami, denver, portland, phoenix, philadelphia, sacramento",
    "las vegas, washington, oakland, palo alto, mountain view, sunnyvale, cupertino, toronto, montreal",
    "vancouver, calgary, ottawa, sydney, melbourne, brisbane, perth, auckland, hong kong, tokyo, mumbai",
    "bangalore, delhi, sao paulo, mexico, ciudad de mexico, dubai, tallinn, riga, vilnius",
)
"""Phrases dropped behind a name."""
