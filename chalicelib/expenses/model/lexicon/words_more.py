"""Words that say what was paid for: family, money, income and transfers."""

from __future__ import annotations

from typing import Final

FAMILY_AND_MONEY: Final[dict[str, str]] = {
    "children": """
        kita, *kita, kindergarten, kindergarden, kinderkrippe, kinderkruppe, kinderbetreuung,
        kindertagesstatte, kitagebuhr, tagesmutter, hort, *hort, elternbeitrag, childcare, child
        care, nursery fees, day nursery, daycare, day care, preschool, playgroup, babysitter,
        babysitting, nanny, creche, halte garderie, garderie, assistante maternelle, pajemploi,
        cantine scolaire, periscolaire, guarderia, escuela infantil, comedor escolar, asilo nido,
        asilo, mensa scolastica, kinderopvang, bso, peuterspeelzaal, gastouder, przedszkole, zlobek,
        skolka, skolka poplatek, forskola, barnomsorg, barnehage, barnehave, daghem, toys, toy shop,
        toy store, spielzeug, spielwaren, *spielwaren, jouets, juguetes, juguetria, jugueteria,
        giocattoli, speelgoed, zabawki, hracky, leksaker, baby, babys, bebe, pocket money,
        taschengeld, argent de poche, zakgeld, paghetta, child support, kindesunterhalt, unterhalt,
        pension alimentaire, pension alimenticia, kinderalimentatie, scouts, pfadfinder,
        klassenfahrt, school trip, ferienlager, playbarn, kids""",
    "education": """
        school, schools, school fees, schulgeld, *schule, grundschule, gymnasium, university,
        universitat, universite, universidad, universita, universiteit, college, *hochschule,
        hochschule, fachhochschule, semesterbeitrag, semestergebuhr, studiengebuhren, tuition,
        tuition fee, tuition fees, frais scolarite, frais de scolarite, scolarite, matricula,
        matricula universidad, tasse universitarie, retta scolastica, collegegeld, schoolgeld,
        ouderbijdrage, student loan, student loans, academy, akademie, academie, academia, seminar,
        seminare, weiterbildung, fortbildung, course fee, kurs, kursgebuhr, sprachschule, language
        school, ecole, lycee, colegio, instituto, scuola, liceo, nachhilfe, tutoring, tutor, soutien
        scolaire, clases particulares, bijles, exam fee, prufungsgebuhr, lehrmittel, schulbuch,
        bildung, education, educational, training course, uniwersytet, szkola, univerzita, skola,
        bafog ruckzahlung, bafoeg""",
    "pets": """
        pet, pets, pet shop, pet store, pet food, petshop, vet, vets, veterinary, veterinarian,
        veterinary surgery, animal hospital, tierarzt, *tierarzt, tierarztpraxis, tierklinik,
        tierarztin, kleintierpraxis, kleintierklinik, tierhandlung, tierbedarf, zoohandlung,
        tierfutter, futtermittel, hundeschule, hundepension, hundesalon, hundesteuer, tierheim,
        tiernahrung, veterinaire, clinique veterinaire, animalerie, veterinario, veterinaria,
        clinica veterinaria, mascotas, dierenarts, dierenwinkel, dierenkliniek, dierenspeciaalzaak,
        veterinar, weterynarz, zverimex, dyrlege, dyrlaege, elainlaakari, dog walker, dog walking,
        dog grooming, kennels, cattery, aquaristik""",
    "giving": """
        donation, donations, charity, charities, spende, spenden, *spende, spendenkonto, *hilfe ev,
        forderverein, don association, dons, donativo, donacion, donaciones, donazione, donazioni,
        beneficenza, donatie, goede doelen, gave bidrag, darowizna, fundacja, stiftung, *stiftung,
        foundation, stichting donatie, fondation, fundacion, onlus, church, kirche, *kirche,
        kirchengemeinde, kirchenbeitrag, pfarramt, parish, diocese, eglise, paroisse, iglesia,
        parroquia, chiesa, parrocchia, kerk, mosque, moschee, synagoge, synagogue, gift, gifts,
        geschenk, geschenke, cadeau, cadeaux, regalo, regalos, regali, present, birthday,
        geburtstag, anniversaire, cumpleanos, verjaardag, wedding gift, hochzeit, flowers, florist,
        florists, blumen, *blumen, floristik, blumenladen, fleuriste, fleurs, floristeria, flores,
        fiorista, fiori, bloemen, bloemist, kwiaciarnia, kvetinarstvi, blomster, blomsterhandel,
        greetings cards, greeting cards, greeting""",
    "insurance": """
        ins prem, insurance premium, health insurance, life insurance, assurance, assurances,
        assurance auto, assurance habitation, mutuelle, mutuelle sante, versicher*, *versicherungen,
        vers beitrag, versicherungsbeitrag, haftpflicht, haftpflichtversicherung,
        lebensversicherung, krankenkasse, *krankenkasse, krankenversicherung, krankenkassenbeitrag,
        rechtsschutz, hausrat, seguro, seguros, seguro coche, seguro hogar, poliza, assicurazione,
        assicurazioni, polizza, premio assicurazione, verzekering, *verzekering, verzekeringen,
        verzekeraar, zorgverzekering, zorgverzekeraar, premie, arbeids ong verz, forsakring,
        forsikring, vakuutus, ubezpieczenie, ubezpieczenia, pojisteni, pojistovna, zdravotni
        pojistovna, warranty plan, applecare, squaretrade""",
    "fees": """
        bank fee, bank fees, account fee, monthly fee, monthly service fee, maintenance fee, service
        fee, atm fee, overdraft fee, overdraft, overdraft interest, nsf fee, insufficient funds,
        late fee, late payment fee, late settlement fee, returned check fee, foreign transaction
        fee, non sterling transaction fee, non stg trans fee, ccy conversion fee, currency
        conversion fee, intl transaction fee, cash advance fee, wire fee, annual fee, card fee,
        interest charge, interest charged, interest charges, finance charge, debit interest,
        interest, margin interest, portfolio fee, commission, commissions, handling fee, fee, fees,
        stamp duty, kontofuhrung, kontofuhrungsgebuhr, kontofuehrung, kontogebuhr, entgelt,
        entgeltabschluss, entgelt kontofuhrung, kontoabschluss, rechnungsabschluss, abschluss,
        grundpreis, buchungsentgelt, kartengebuhr, kartenentgelt, gebuhr, gebuhren, bankgebuhr,
        sollzinsen, dispozinsen, uberziehungszinsen, zinsen dispositionskredit, zinsen,
        auslandseinsatzentgelt, auslandseinsatz, depotgebuhr, mahngebuhr, rucklastschriftgebuhr,
        spesen, quartalsabschluss, kapitalertragsteuer, frais, frais bancaires, frais trimestriels,
        frais tenue de compte, tenue de compte, cotisation carte, cotisation mensuelle, cotis carte,
        commission intervention, agios, interets debiteurs, frais paiement, frais retrait, comision,
        comisiones, comision mantenimiento, mantenimiento cuenta, intereses descubierto, liquidacion
        intereses, gastos correo, commissione, commissioni, spese tenuta conto, canone conto, canone
        mensile, imposta di bollo, imposta bollo, bollo conto, interessi passivi, competenze,
        bankkosten, kosten betalingsverkeer, rc afrekening betalingsverkeer, kosten, kostenperiode,
        debetrente, rente debet, pakketkosten, prowizja, oplata za prowadzenie, oplata, odsetki,
        poplatek, poplatky, urok, avgift, gebyr, arsavgift, kortavgift, palvelumaksu, comissao,
        comissao manutencao, imposto selo""",
    "loans": """
        loan, loan payment, loan repayment, loan pymt, personal loan, car loan, auto loan, car
        finance, car payment, kredit, *kredit, kreditrate, ratenkredit, rate kredit, darlehen,
        *darlehen, darlehensrate, tilgung, ratenzahlung, leasing, *leasing, leasingrate, bausparen,
        bausparvertrag, pret, echeance pret, remboursement pret, credit auto, credit consommation,
        echeance credit, prestamo, cuota prestamo, prestito, rata prestito, finanziamento, rata
        finanziamento, lening, krediet, aflossing, persoonlijke lening, lan amortering, amortering,
        rata kredytu, kredyt, splatka, uver, splatka uveru, laina, credito pessoal, emprestimo, debt
        collection, inkasso, *inkasso, collection agency, recouvrement""",
    "taxes": """
        tax, taxes, tax payment, income tax, taxe, taxes foncieres, taxe fonciere, taxe habitation,
        impot sur le revenu, impuesto, impuestos, irpf, ibi, tasa, tasas, multa, multas, imposta,
        imposte, imu, tassa, tasse, steuer, *steuer, steuern, steuerzahlung, einkommensteuer,
        einkommensteuervorauszahlung, grundsteuer, umsatzsteuer, lohnsteuer, gewerbesteuer, abgaben,
        gebuhrenbescheid, bussgeld, busgeld, *bussgeld, verwaltungsgebuhr, ordnungsamt, burgeramt,
        fine, penalty charge, penalty, speeding fine, parking fine, amende, amendes, boete,
        belasting, belastingen, onroerende, gemeentelijke belastingen, inkomstenbelasting,
        kvarskatt, skatt, skatter, restskat, podatek, dan z prijmu, vero, city council, county
        council, borough council, district council, town hall, mairie, municipality, kommune,
        kommun, stadtverwaltung, customs, zoll, customs duty, douane, notary, notar, notaire,
        notaria, notaris, court fee, gerichtskosten, rechtsanwalt, rechtsanwalte, solicitors,
        attorney, law firm, lawyer, avocat, abogado, avvocato, advocaat, steuerberater, tax advisor,
        accountant, accountants, accountancy, gestoria, commercialista, expert comptable, passport,
        reisepass, personalausweis""",
    "salary": """
        salary payment, monthly salary, salaries, sal, payrol, wage, wages, direct deposit, direct
        dep, direct dep payroll, dir dep, bonus payment, stipend, gehaltszahlung, lohn, *lohn,
        lohnzahlung, lohnabrechnung, bezuge, besoldung, verdienstabrechnung, entgeltabrechnung,
        arbeitslohn, weihnachtsgeld, urlaubsgeld, praemie gehalt, sold, salaires, virement salaire,
        paie, paye, remuneration, traitement mensuel, nominas, salario, sueldo, abono nomina, pago
        nomina, stipendi, emolumenti, accredito stipendio, competenze stipendio, loon, loonbetaling,
        salarisbetaling, vakantiegeld, lon, lonn, lonnsutbetaling, lonutbetalning, palkka, pensja,
        wyplata, mzda, vyplata, plat mzda, salario mes, ordenado, vencimento, freelance payment,
        honorar, honoraire, honoraires, kilometervergoeding""",
    "benefits": """
        pension, pensions, pension payment, state pension, rente, *rente, rentenzahlung,
        altersrente, witwenrente, betriebsrente, ruhegehalt, pensionszahlung, kindergeld,
        elterngeld, arbeitslosengeld, burgergeld, buergergeld, wohngeld amt, bafog, bafoeg zahlung,
        familienbeihilfe, pflegegeld, krankengeld, retraite, pension retraite, allocation,
        allocations, allocations familiales, prestations sociales, aide au logement, apl, prime
        activite, indemnites journalieres, pensioen, *pensioen, aow, uitkering, kinderbijslag,
        zorgtoeslag, huurtoeslag, kindgebonden budget, pension jubilacion, jubilacion, prestacion,
        prestacion desempleo, ayuda familiar, pensione, pensioni, assegno unico, assegno, naspi,
        indennita, universal credit, child benefit, housing benefit, jobseekers, disability,
        disability living, pip payment, tax credit, tax credits, social welfare, dsp, benefit,
        benefits, stimulus, unemployment benefit, barnbidrag, foraldrapenning, sjukpenning,
        barnetrygd, folkepension, lapsilisa, elake, emerytura, renta, zasilek, duchod, davky,
        pensao, abono familia, subsidio""",
    "investments": """
        interest, interest paid, interest earned, interest payment, credit interest, gross interest,
        net interest, savings interest, deposit interest, int paid, dividend, dividends, dividend
        payment, dividend received, dividend earned, capital gain, distribution, coupon payment,
        habenzinsen, zinsen, zinsgutschrift, guthabenzinsen, zinsertrag, dividende, dividenden,
        dividendengutschrift, ertragnisgutschrift, ausschuttung, kuponzahlung, interets, interets
        crediteurs, interets livret, coupons, intereses, intereses a favor, abono intereses,
        dividendo, dividendos, interessi, interessi attivi, interessi creditori, dividendi, cedola,
        cedole, creditrente, rente credit, spaarrente, rente, utdelning, ranta, renter, udbytte,
        odsetki, dywidenda, urok, uroky, kreditni urok, korko, osinko, juros""",
    "refunds": """
        refund, refunds, cashback, cash back, reward, rewards, rebate, reimbursement, reimbursed,
        expense reimbursement, expenses claim, chargeback, erstattung, *erstattung, ruckerstattung,
        rueckerstattung, ruckzahlung, rueckzahlung, ruckuberweisung, spesenerstattung,
        reisekostenerstattung, kostenerstattung, steuererstattung, gutschrift erstattung, storno,
        stornierung, remboursement, remboursements, avoir, rbt, remb, reembolso, devolucion,
        devoluciones, rimborso, rimborsi, terugbetaling, teruggave, restitutie, belastingteruggave,
        tax refund, irs treas tax ref, tax ref, restitution, aterbetalning, tilbagebetaling,
        refusjon, zwrot, vratka, palautus""",
    "other-income": """
        gift received, inheritance, erbschaft, rental income, mieteinnahme, mieteinnahmen, customer
        deposit, invoice payment, consulting invoice, lottery win, lottogewinn, prize, gewinn, sale
        proceeds, verkaufserlos, cash deposit, deposit cash, counter credit, einzahlung,
        bareinzahlung, einzahlg n, versement especes, remise cheque, remise de cheque, remise
        cheques, ingreso efectivo, ingreso en efectivo, versamento contante, versamento contanti,
        versamento assegni, storting, contante storting, mobile deposit, check deposit, cheque
        deposit, check received, atm deposit, insattning, wplata gotowki, vklad hotovosti""",
    "own-accounts": """
        own account, own accounts, account transfer, internal transfer, inter account, transfer to
        account, transfer of account, transfer from checking, transfer to checking, transfer from
        savings, online transfer to, online transfer from, between accounts, transfer between, funds
        transfer, to current account, from current account, transferred from, transferred to,
        ubertrag, uebertrag, umbuchung, eigenuberweisung, eigenubertrag, kontoubertrag, auf mein
        konto, virement interne, virement compte a compte, vers mon compte, virement entre comptes,
        virement de compte a compte, traspaso, traspaso propio, traspaso interno, traspaso entre
        cuentas, traspaso a cuenta, giroconto, giro fondi, girofondi, overboeking eigen rekening,
        eigen rekening, tussen eigen rekeningen, mellan egna konton, egen overforing, overforing
        egen konto, przelew wlasny, miedzy swoimi rachunkami, prevod mezi vlastnimi ucty, vlastni
        prevod, oma siirto, transferencia entre contas, account top up, wallet top up, top up by
        card, xoom, balance transfer, sweep, top up by, topup by""",
    "card-payments": """
        card bill, credit card bill, creditcard payment, payment thank you, payment received thank
        you, thank you for your payment, autopay, autopay payment, epayment, epay, online payment
        thank you, automatic payment thank you, payment from checking account, kreditkarten
        abrechnung, kreditkartenzahlung, kreditkartenrechnung, visa abrechnung, mastercard
        abrechnung, kartenabrechnung, ausgleich kreditkarte, abrechnung kreditkarte, abrechnung
        visa, umsatze kreditkarte, releve carte, releve carte bancaire, carte a debit differe, debit
        differe, arrete carte, recibo tarjeta, liquidacion tarjeta, pago tarjeta credito, recibo
        visa, saldo carta di credito, addebito carta di credito, estratto conto carta, afrekening
        creditcard, creditcardafrekening, creditcard afrekening, splata karty, splata karty
        kredytowej, splatka kreditni karty, kreditkort betalning""",
    "savings": """
        savings, saving, savings account, transfer to savings, to savings, savings pot, pot, isa,
        isa contribution, lisa, ira contribution, roth ira, brokerage, investment, investments,
        invest, stocks, shares isa, buy shares, sparplan, *sparplan, sparkonto, sparen, sparrate,
        sparbuch, tagesgeld, tagesgeldkonto, festgeld, wertpapier, wertpapiere, wertpapierkauf,
        wertpapierabrechnung, fondssparplan, etf, etf sparplan, depot, aktien, altersvorsorge,
        riester, riester rente, rurup, pensionskasse, livret, livret a, livret bleu, ldd, ldds, pel,
        epargne, virement epargne, assurance vie, plan epargne, pea, ahorro, ahorros, cuenta ahorro,
        plan de pensiones, fondo inversion, fondos, risparmio, conto deposito, investimento, fondo
        pensione, pac fondi, spaarrekening, sparen spaarrekening, spaargeld, kwartaal spaarrekening,
        naar spaarrekening, oranje spaarrekening, sparande, sparkonto overforing, opsparing,
        sparing, oszczednosci, sporeni, saasto, poupanca, certificados aforro, cryptocurrency,
        crypto, bitcoin, you bought, you sold, reinvestment, etf purchase, money fund, traspaso
        ahorro, traspaso a cuenta ahorro""",
    "cash": """
        atm, atm cash, cash withdrawl, cash machine, cashpoint, cash point, link atm, notemachine,
        cardtronics, withdrawal cash, withdrawal at atm, cash, geldautomat, bargeld, barauszahlung,
        bargeldbezug, auszahlung, abhebung, geldausgabe, bankomat, bancomat, bankomat bezug,
        selbstbedienung, retrait, retrait gab, dab, retrait distributeur, retrait especes, retrait
        carte, cajero, cajero automatico, reintegro, reintegro cajero, retirada efectivo, retirada
        cajero, disposicion efectivo, disp efectivo, prelievo, prelievo bancomat, prelievo atm,
        prelevamento, geldautomaat, geldopname, opname, kasopname, geldmaat, chipknip, uttag, uttag
        bankomat, kontantuttag, minibank, kontanter, haeveautomat, haevning, otto automaatti, nosto,
        wyplata bankomat, wyplata gotowki, bankomat wyplata, vyber, vyber hotovosti, vyber z
        bankomatu, vyber bankomat, levantamento, levantamento atm, multibanco, mister cash, euronet""",
}
"""By category slug; comma-separated."""

SURE: Final[dict[str, str]] = {
    "fuel": """
        petrol, petrol station, petro, pfs, f stn, s stn, sstn, sf connect, filling station, service
        station, gas station, fuel, fuel station, tankstelle, *tankstelle, tankstation, carburant,
        carburants, station service, gasolinera, stacja paliw, benzinestation""",
    "parking": """
        car park, carpark, parkhaus, *parkhaus, tiefgarage, parking, parkering, aparcamiento,
        parcheggio, parkeergarage""",
    "medical": """
        pharmacy, apotheke, *apotheke, pharmacie, farmacia, apotheek""",
    "insurance": """
        insurance, car insurance, home insurance, pet insurance, travel insurance, kfz versicherung,
        *versicherung, versicherung""",
    "salary": """
        salary, payroll, gehalt, *gehalt, lohn gehalt, lohn und gehalt, nomina, salaire, stipendio,
        salaris, wynagrodzenie""",
    "rent": """
        miete, kaltmiete, warmmiete, loyer, alquiler, affitto, huur, house rent, rent payment""",
    "mortgage": """
        mortgage payment, mortgage, hypothek, hypotheek, pret immobilier, hipoteca, mutuo""",
    "lodging": """
        hotel""",
    "groceries": """
        simply food""",
    "cash": """
        atm withdrawal, cash withdrawal, bargeldauszahlung, bargeldabhebung, retrait dab, cash
        advance""",
    "card-payments": """
        credit card payment, kreditkartenabrechnung, visa rechnung""",
    "subscriptions": """
        amazon prime, prime video""",
    "restaurants": """
        uber eats, ikea restaurant, ikea bistro""",
    "cafes": """
        tesco cafe, morrisons cafe, asda cafe, sainsburys cafe, costa""",
}
"""Words that decide whatever house stands beside them: a supermarket sells fuel too."""
