"""Exports of other money apps, made up from the documented layouts; no line of a real person is in them."""

from __future__ import annotations

from typing import Final

YNAB: Final = """\
"Account","Flag","Date","Payee","Category Group/Category","Category Group","Category","Memo","Outflow","Inflow","Cleared"
"Checking","","31/01/2026","Corner Market","Everyday: Groceries","Everyday","Groceries","Split (1/2) food","€20.00","€0.00","Cleared"
"Checking","","31/01/2026","Corner Market","Everyday: Household","Everyday","Household","Split (2/2) soap","€5.50","€0.00","Cleared"
"Checking","Red","30/01/2026","Transfer : Savings","","","","put aside","€100.00","€0.00","Reconciled"
"Savings","","30/01/2026","Transfer : Checking","","","","put aside","€0.00","€100.00","Reconciled"
"Checking","","29/01/2026","Employer","Inflow: Ready to Assign","Inflow","Ready to Assign","January","€0.00","€2,500.00","Cleared"
"Card","","28/01/2026","Transfer : Closed Account","","","","","€0.00","€40.00","Cleared"
"Card","","27/01/2026","Bookshop","Fun: Books","Fun","Books","","€12.30","€0.00","Uncleared"
"""
YNAB_PLAN: Final = """\
"Month","Category Group/Category","Category Group","Category","Assigned","Activity","Available"
"Jan 2026","Everyday: Groceries","Everyday","Groceries",€300.00,-€20.00,€280.00
"""
YNAB4: Final = """\
"Account","Flag","Check Number","Date","Payee","Category","Master Category","Sub Category","Memo","Outflow","Inflow","Cleared","Running Balance"
"Cash","","","2026-01-31","Market","Everyday:Groceries","Everyday","Groceries","(Split 1/2) food","$20.00","","C","$80.00"
"Cash","","","2026-01-31","Market","Everyday:Household","Everyday","Household","(Split 2/2) soap","$5.50","","C","$74.50"
"""
ACTUAL: Final = """\
Account,Date,Payee,Notes,Category,Amount,Split_Amount,Cleared
Checking,2026-01-31,Corner Market,(SPLIT INTO 2) weekend,,0,-25.5,Cleared
Checking,2026-01-31,Corner Market,(SPLIT 1 OF 2) food,Groceries,-20,0,Cleared
Checking,2026-01-31,Corner Market,(SPLIT 2 OF 2) soap,Household,-5.5,0,Cleared
Checking,2026-01-30,Savings,put aside,,-100,0,Reconciled
Savings,2026-01-30,Checking,put aside,,100,0,Reconciled
Checking,2026-01-29,Bookshop,,Fun,-12.3,0,Not cleared
"""
ACTUAL_ACCOUNT: Final = """\
Account,Date,Payee,Notes,Category,Amount,Cleared,Reconciled
Checking,2026-01-29,Bookshop,novel,Fun: Books,-12.3,true,false
Checking,2026-01-28,Employer,,Income: Salary,2500,true,true
"""
FIREFLY: Final = """\
user_id,group_id,journal_id,created_at,updated_at,group_title,type,currency_code,amount,foreign_currency_code,foreign_amount,description,date,source_name,source_iban,source_type,destination_name,destination_iban,destination_type,reconciled,category,budget,bill,tags,notes
1,7,11,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,Weekend,Withdrawal,EUR,-20.00,,,food,2026-01-31T00:00:00+01:00,Checking,DE1,Asset account,Corner Market,,Expense account,0,Groceries,Everyday,,"weekly,shared",
1,7,12,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,Weekend,Withdrawal,EUR,-5.50,,,soap,2026-01-31T00:00:00+01:00,Checking,DE1,Asset account,Corner Market,,Expense account,0,Household,,,,
1,8,13,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,,Transfer,EUR,100.00,USD,110.00,put aside,2026-01-30T00:00:00+01:00,Checking,DE1,Asset account,Dollars,,Asset account,0,,,,,
1,9,14,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,,Deposit,EUR,2500.00,,,January,2026-01-29T00:00:00+01:00,Employer,,Revenue account,Checking,DE1,Asset account,0,Salary,,,,bonus in it
1,10,15,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,,Opening balance,EUR,50.00,,,Initial balance for Checking,2026-01-01T00:00:00+01:00,Initial balance account of Checking,,Initial balance account,Checking,DE1,Asset account,0,,,,,
1,11,16,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,,Withdrawal,EUR,-9.20,USD,-10.00,lunch,2026-01-28T00:00:00+01:00,Checking,DE1,Asset account,Diner,,Expense account,0,Food,,,,
1,12,17,2026-02-01T10:00:00+01:00,2026-02-01T10:00:00+01:00,,Withdrawal,EUR,-300.00,,,instalment,2026-01-27T00:00:00+01:00,Checking,DE1,Asset account,Car loan,,Loan,0,,,,,
"""
MINT: Final = """\
"Date","Description","Original Description","Amount","Transaction Type","Category","Account Name","Labels","Notes"
"1/31/2026","Corner Market","CORNER MKT 123","20.00","debit","Groceries","Checking","shared weekly","for all"
"1/5/2026","Employer","ACME PAYROLL","2,500.00","credit","Paycheck","Checking","",""
"1/4/2026","Bookshop","BOOKS","12.30","debit","Books","Card","",""
"""
SPLITWISE: Final = """\
Date,Description,Category,Cost,Currency,Ana Lima,Bo Chen,Cy Doe

2026-01-30,Dinner,Dining out,30.00,EUR,20.00,-10.00,-10.00
2026-01-29,Taxi,Taxi,12.00,EUR,-4.00,8.00,-4.00
2026-01-28,Bo C. paid Ana L.,Payment,10.00,EUR,-10.00,10.00,0.00
2026-01-27,Museum,Entertainment,8.00,EUR,0.00,4.00,-4.00
2026-01-26,Rent,Rent,100.00,EUR,30.00,10.00,-40.00

2026-01-31,Total balance, , ,EUR,36.00,12.00,-48.00
"""
PAYPAL: Final = """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID","Item Title","Reference Txn ID","Balance","Balance Impact"
"31/01/2026","10:00:00","CET","Web Shop","Express Checkout Payment","Completed","USD","-10.00","0.00","-10.00","me@example.com","shop@example.com","P1","Lamp","","-10.00","Debit"
"31/01/2026","10:00:00","CET","","General Currency Conversion","Completed","EUR","-9.20","0.00","-9.20","","","P2","","P1","-9.20","Debit"
"31/01/2026","10:00:00","CET","","General Currency Conversion","Completed","USD","10.00","0.00","10.00","","","P3","","P1","0.00","Credit"
"31/01/2026","10:00:00","CET","","Bank Deposit to PP Account","Completed","EUR","9.20","0.00","9.20","","","P4","","P1","0.00","Credit"
"30/01/2026","09:00:00","CET","Customer","Website Payment","Completed","EUR","100.00","-3.20","96.80","c@example.com","me@example.com","P5","Drawing","","96.80","Credit"
"30/01/2026","08:00:00","CET","Hotel","General Authorization","Completed","EUR","-200.00","0.00","-200.00","me@example.com","h@example.com","P6","","","96.80","Memo"
"29/01/2026","08:00:00","CET","Bakery","Mobile Payment","Pending","EUR","-3.00","0.00","-3.00","me@example.com","b@example.com","P7","","","0.00","Debit"
"""
WISE: Final = """\
ID,Status,Direction,"Created on","Finished on","Source fee amount","Source fee currency","Target fee amount","Target fee currency","Source name","Source amount (after fees)","Source currency","Target name","Target amount (after fees)","Target currency","Exchange rate",Reference,Batch,"Created by",Category,Note
TRANSFER-1,COMPLETED,OUT,"2026-01-31 14:20:05","2026-01-31 14:23:11",0.45,EUR,,,"Ana Lima",120.00,EUR,"Landlord",120.00,EUR,1.0,rent,,"Ana Lima",Housing,
CARD-2,COMPLETED,OUT,"2026-01-30 09:00:00","2026-01-30 09:00:00",0.05,EUR,,,"Ana Lima",9.20,EUR,"Diner",10.00,USD,1.087,,,"Ana Lima","Eating out",
TRANSFER-3,COMPLETED,IN,"2026-01-29 09:00:00","2026-01-29 09:01:30",,,5.00,GBP,"Acme Ltd",2505.00,GBP,"Ana Lima",2500.00,GBP,1.0,Invoice,,,,
BALANCE-4,COMPLETED,NEUTRAL,"2026-01-28 10:00:00","2026-01-28 10:00:02",1.20,EUR,,,"Ana Lima",400.00,EUR,"Ana Lima",344.00,GBP,0.86,,,"Ana Lima",,
TRANSFER-5,CANCELLED,OUT,"2026-01-27 10:00:00","2026-01-27 10:00:02",0,EUR,,,"Ana Lima",7.00,EUR,"Nobody",7.00,EUR,1.0,,,"Ana Lima",,
"""
REVOLUT: Final = """\
Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
CARD_PAYMENT,Current,2026-01-05 08:00:00,2026-01-06 08:00:00,Bakery,-3.00,0.00,EUR,COMPLETED,97.00
ATM,Current,2026-01-07 08:00:00,2026-01-07 08:00:00,Cash,-50.00,1.00,EUR,COMPLETED,46.00
EXCHANGE,Current,2026-01-08 08:00:00,2026-01-08 08:00:00,Exchanged to USD,-10.00,0.00,EUR,COMPLETED,36.00
EXCHANGE,Current,2026-01-08 08:00:00,2026-01-08 08:00:00,Exchanged to USD,11.00,0.00,USD,COMPLETED,11.00
CARD_PAYMENT,Current,2026-01-09 08:00:00,,Hold,-5.00,0.00,EUR,PENDING,
TRANSFER,Savings,2026-01-09 08:00:00,2026-01-09 08:00:00,To pocket,7.00,0.00,EUR,REVERTED,
"""
MONZO: Final = """\
Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In
tx_1,31/01/2026,09:00:00,Card payment,Diner,,Eating out,-8.00,GBP,-10.00,USD,lunch #work #trip,,,DINER NY,,-8.00,
tx_2,30/01/2026,09:00:00,Pot transfer,Holiday Pot,,Savings,-20.00,GBP,-20.00,GBP,,,,pot_0,,-20.00,
tx_3,29/01/2026,09:00:00,Faster payment,Employer,,Income,1500.00,GBP,1500.00,GBP,,,,ACME,,,1500.00
"""
EZBOOKKEEPING: Final = """\
Time,Timezone,Type,Category,Sub Category,Account,Account Currency,Amount,Account2,Account2 Currency,Account2 Amount,Geographic Location,Tags,Description
2026-01-31 12:34:56,+01:00,Expense,Food,Groceries,Cash,EUR,20.00,,,,,weekly;shared,Corner Market
2026-01-30 12:34:56,+01:00,Transfer,General Transfer,Bank Transfer,Cash,EUR,100.00,Dollars,USD,110.00,,,put aside
2026-01-29 12:34:56,+01:00,Income,Work,Salary,Bank,EUR,2500.00,,,,,,January
2026-01-01 12:34:56,+01:00,Balance Modification,,,Cash,EUR,50.00,,,,,,
"""
SURE: Final = """\
date,account_name,amount,name,category,tags,notes,currency
2026-01-31,Checking,20.00,Corner Market,Groceries,"weekly,shared",for all,EUR
2026-01-29,Checking,-2500.00,Employer,Salary,,,EUR
2026-01-28,Card,12.30,Bookshop,,,,USD
"""
TOSHL: Final = """\
"Date","Account","Category","Tags","Expense amount","Income amount","Currency","In main currency","Main currency","Description"
"1/31/26","Cash","Food & Drinks","groceries, shared","20.00","0","EUR","20.00","EUR","Corner Market"
"1/30/26","Cash","Transfer","","100.00","0","EUR","100.00","EUR","put aside"
"1/30/26","Bank","Transfer","","0","100.00","EUR","100.00","EUR","put aside"
"""
SPENDEE: Final = """\
Date,Wallet,Type,Category name,Amount,Currency,Note,Labels,Author
2026-01-31T10:00:00+00:00,Cash,Expense,Groceries,-20.00,EUR,Corner Market,"weekly,shared",Ana
2026-01-30T10:00:00+00:00,Cash,Outgoing Transfer,Transfer,-100.00,EUR,put aside,,Ana
2026-01-30T10:00:00+00:00,Bank,Incoming Transfer,Transfer,100.00,EUR,put aside,,Ana
"""
BUDGETBAKERS: Final = """\
account;category;currency;amount;ref_currency_amount;type;payment_type;payment_type_local;note;date;gps_latitude;gps_longitude;gps_accuracy_in_meters;warranty_in_month;transfer;payee;labels;envelope_id;custom_category
Cash;Groceries;EUR;-20.0;-20.0;Expenses;CASH;Cash;for all;2026-01-31 10:00:00;;;;0;false;Corner Market;weekly|shared;1000;false
Cash;TRANSFER;EUR;-100.0;-100.0;Expenses;TRANSFER;Transfer;;2026-01-30 10:00:00;;;;0;true;;;20001;false
Bank;TRANSFER;EUR;100.0;100.0;Income;TRANSFER;Transfer;;2026-01-30 10:00:00;;;;0;true;;;20001;false
"""
MONEY_MANAGER: Final = """\
Period,Accounts,Category,Subcategory,Note,EUR,Income/Expense,Description,Amount,Currency,Accounts
01/31/2026 10:00:00,Cash,Food,Groceries,Corner Market,20.00,Exp.,for all,20.00,EUR,20.00
01/30/2026 10:00:00,Cash,Bank,,put aside,100.00,Transfer-Out,,100.00,EUR,100.00
01/30/2026 10:00:00,Bank,Cash,,put aside,100.00,Transfer-In,,100.00,EUR,100.00
01/29/2026 10:00:00,Bank,Salary,,Employer,2500.00,Income,,2500.00,EUR,2500.00
"""
MONEY_LOVER: Final = """\
ID,Note,Amount,Category,Account,Currency,Date,Event,Exclude Report
1,Corner Market,-20.00,Groceries,Cash,EUR,31/01/2026,weekend,
2,put aside,-100.00,Outgoing Transfer,Cash,EUR,30/01/2026,,
3,put aside,100.00,Incoming Transfer,Bank,EUR,30/01/2026,,
"""
MONEFY: Final = """\
date,account,category,amount,currency,converted amount,currency,description
31/01/2026,Cash,Food,-20.00,EUR,-20.00,EUR,Corner Market
30/01/2026,Cash,To 'Bank',-100.00,EUR,-100.00,EUR,put aside
30/01/2026,Bank,From 'Cash',100.00,EUR,100.00,EUR,put aside
"""
CASHEW: Final = """\
account,amount,currency,title,note,date,income,type,category name,subcategory name,color,icon,emoji,budget,objective
Cash,-20.00,EUR,Corner Market,for all,2026-01-31 10:00:00.000,false,null,Groceries,Food,,,,,
Cash,-100.00,EUR,,Transferred Balance,2026-01-30 10:00:00.000,false,null,Balance Correction,,,,,,
Bank,100.00,EUR,,Transferred Balance,2026-01-30 10:00:00.000,true,null,Balance Correction,,,,,,
"""
BLUECOINS: Final = """\
Type,Date,Set Time,Title,Amount,Currency,Exchange Rate,Category Group,Category,Account,Notes,Labels,Status
Expense,2026-01-31 10:00:00.000,,Corner Market,-20.00,EUR,1.0,Food,Groceries,Cash,for all,weekly shared,None
Transfer,2026-01-30 10:00:00.000,,put aside,-100.00,EUR,1.0,(Transfer),(Transfer),Cash,,,None
Transfer,2026-01-30 10:00:00.000,,put aside,100.00,EUR,1.0,(Transfer),(Transfer),Bank,,,None
"""
VENMO: Final = """\
,ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (tip),Amount (tax),Amount (fee),Tax Rate,Tax Exempt,Funding Source,Destination
,1,2026-01-31T10:00:00,Payment,Complete,dinner,Ana Lima,Bo Chen,- $20.00,,0,,0,,Venmo balance,
,2,2026-01-30T10:00:00,Charge,Complete,taxi,Ana Lima,Cy Doe,+ $6.00,,0,,0,,,Venmo balance
,3,2026-01-29T10:00:00,Standard Transfer,Issued,,,,- $50.00,,0,,0,,,Town Bank *1234
"""
