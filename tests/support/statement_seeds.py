"""Small statements of every format, written here, from which damaged ones are made."""

from __future__ import annotations

from typing import Final

CSV: Final = (
    b'Date,Payee,Amount,Balance\n2026-01-30,Shop,-12.34,87.66\n2026-01-31,"Pay, more",5.00,92.66\n',
    "Buchung;Empfänger;Betrag;Währung\n31.01.2026;Müller;-1.234,56;EUR\n".encode("cp1252"),
    b"31.01.2026;Shop;33,87;O\n30.01.2026;Pay;5,00;I\n",
    b"Date,Payee,Debit,Credit\n31/01/2026,a,1.00,\n,more text,,\n30/01/2026,b,,2.00\nTotal,,1.00,2.00\n",
)
OFX: Final = b"""OFXHEADER:100

<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260131<TRNAMT>-1.00<FITID>1
<NAME>A&amp;B</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>5</LEDGERBAL></STMTRS></OFX>"""
MT940: Final = b""":20:A
:25:10020030/1
:60F:C260131EUR5,00
:61:2601310131DR1,00NTRFNONREF//R1
:86:166?00UEBERWEISUNG?20SVWZ+Brot?32Laden
:62F:C260131EUR4,00
-
"""
CAMT: Final = b"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy="EUR">3</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt><NtryDtls>
<TxDtls><Amt Ccy="EUR">1</Amt></TxDtls><TxDtls><Amt Ccy="EUR">2</Amt></TxDtls></NtryDtls></Ntry></Stmt>
</BkToCstmrStmt></Document>"""
QIF: Final = b"!Account\nNCash\nTBank\n^\n!Type:Bank\nD1/31'26\nT-1,000.00\nPShop\nLFood\nSFood\n$-1,000.00\n^\n"
BAI2: Final = b"""01,A,B,260131,0101,1,,,2/
02,B,A,1,260131,2359,EUR,2/
03,1,EUR,010,500,,,015,400,,/
16,475,100,V,260131,,R1,,Shop
88,more/
49,1000,4/
98,1000,1,6/
99,1000,1,8/
"""
LITAS: Final = b"000\t20120304\t\tX\n010\t1\t20120127\t\t100\t100\tD\n"
IIF: Final = (
    b"!ACCNT\tNAME\tACCNTTYPE\nACCNT\tChecking\tBANK\nACCNT\tVisa\tCCARD\nACCNT\tFood:Bread\tEXP\n"
    b"!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tNAME\tCLASS\tAMOUNT\tDOCNUM\tMEMO\n!SPL\tSPLID\tACCNT\tAMOUNT\tMEMO\n!ENDTRNS\n"
    b'TRNS\t1\tCHECK\t1/31/26\tChecking\tBakery\tHome\t"-1,010.00"\t17\trolls\nSPL\t\tFood:Bread\t10.00\tx\n'
    b'SPL\t\tVisa\t"1,000.00"\t\nENDTRNS\nTRNS\t2\tDEPOSIT\t2/1/26\tChecking\tPay\t\t5.00\t\t\nSPL\t\tSales\t-5.00\t\nENDTRNS\n'
)
BEANCOUNT: Final = b"""option "operating_currency" "EUR"
2026-01-01 open Assets:Bank EUR
2026-01-31 * "Bakery" "Rolls" #home ^l1
  Assets:Bank  -4.20 EUR
  Expenses:Food:Bread  4.00 EUR
  Expenses:Gifts
2026-02-01 balance Assets:Bank -4.20 EUR
2026-02-02 ! "Move"
  Assets:Bank  -5.00 EUR @ 1.10 USD
  Assets:Cash   5.50 USD
"""
HLEDGER: Final = b"""account assets:bank
commodity EUR 1.000,00

2026-01-31 * (17) Bakery | rolls  ; tag:x
    assets:bank      EUR -4,20
    expenses:food    EUR 4,20

2026/02/02 Move
    assets:bank     EUR -5,00 = EUR -9,20
    assets:cash
"""
GNUCASH: Final = b"""<?xml version="1.0" encoding="utf-8" ?>
<gnc-v2 xmlns:gnc="http://www.gnucash.org/XML/gnc" xmlns:act="http://www.gnucash.org/XML/act" xmlns:trn="http://www.gnucash.org/XML/trn"
 xmlns:split="http://www.gnucash.org/XML/split" xmlns:cmdty="http://www.gnucash.org/XML/cmdty" xmlns:ts="http://www.gnucash.org/XML/ts">
<gnc:book version="2.0.0"><gnc:account version="2.0.0"><act:name>Bank</act:name><act:id type="guid">a1</act:id><act:type>BANK</act:type>
<act:commodity><cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR</cmdty:id></act:commodity></gnc:account>
<gnc:account version="2.0.0"><act:name>Food</act:name><act:id type="guid">a2</act:id><act:type>EXPENSE</act:type></gnc:account>
<gnc:transaction version="2.0.0"><trn:id type="guid">t1</trn:id><trn:currency><cmdty:space>CURRENCY</cmdty:space>
<cmdty:id>EUR</cmdty:id></trn:currency><trn:date-posted><ts:date>2026-01-31 10:59:00 +0000</ts:date></trn:date-posted>
<trn:description>Bakery</trn:description><trn:splits><trn:split><split:value>-420/100</split:value><split:quantity>-420/100
</split:quantity><split:account type="guid">a1</split:account></trn:split><trn:split><split:value>420/100</split:value>
<split:quantity>420/100</split:quantity><split:account type="guid">a2</split:account></trn:split></trn:splits></gnc:transaction>
</gnc:book></gnc-v2>"""
HTML: Final = (
    b"<html><head><title>x</title></head><body><table><tr><th colspan=2>Bank<th>x</tr><tr><td>Date<td>Payee</td><td>Amount</td></tr>"
    b"<tr><td>31.01.2026</td><td>M&uuml;ller<br>&amp; Co</td><td>-1.234,56</td></tr></table><script>a<b</script></body></html>"
)
SPREADSHEETML: Final = b"""<?xml version="1.0"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="A"><Table><Row><Cell><Data ss:Type="String">Date</Data></Cell><Cell><Data ss:Type="String">Payee</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="String">Amount</Data></Cell></Row><Row ss:Index="3"><Cell><Data ss:Type="DateTime">2026-01-31</Data>
</Cell><Cell ss:MergeAcross="1"><Data ss:Type="String">Shop</Data></Cell><Cell ss:Index="4"><Data ss:Type="Number">-5.5</Data></Cell>
</Row></Table></Worksheet></Workbook>"""
_WORDS: Final = ("Date", "Payee", "Amount", "Shop")
SHARED_STRINGS: Final = "".join(f"<si><t>{word}</t></si>" for word in _WORDS)
SHARED_ROWS: Final = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="d"><v>2026-01-31T00:00:00</v></c><c r="B2" t="s"><v>3</v></c><c r="C2"><v>-5.5</v></c></row>'
    '<row r="3"><c r="A3" t="str"><v>2026-02-01</v></c><c r="B3" t="b"><v>1</v></c><c r="C3"><f>1+1</f><v>2</v></c></row>'
)
TWO_SHEETS: Final = (
    SHARED_ROWS.replace('t="s"', 't="str"')
    .replace("<v>0<", "<v>Date<")
    .replace("<v>2</v></c></row>", "<v>Amount</v></c></row>", 1),
) * 2
ODS_ROWS: Final = (
    "<table:table-row>"
    + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
        for word in _WORDS[:3]
    )
    + '</table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="date" '
    'office:date-value="2026-01-31"/><table:table-cell><text:p>Shop</text:p></table:table-cell><table:table-cell '
    'office:value-type="float" office:value="-5.5"/></table:table-row><table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
FILES: Final = {
    "a.csv": CSV[0],
    "b/c.ofx": OFX,
    "d.sta": MT940,
    "e.xml": CAMT,
    "f.txt": b"Dear customer",
    "g.iif": IIF,
}
