"""Names of houses that sell one kind of thing: home, leisure, money, the state."""

from __future__ import annotations

from typing import Final

HOME_AND_MONEY: Final[dict[str, str]] = {
    "rent": """
        vonovia, deutsche wohnen, leg wohnen, vivawest, saga hamburg, gewobag, degewo, howoge,
        gagfah, openrent, rightmove rent""",
    "mortgage": """
        rocket mortgage, quicken loans, mr cooper, nationstar, loandepot, pennymac, nationwide
        mortgage, halifax mortgage, freedom mortgage""",
    "utilities": """
        eon, e on, e on energie, e on next, rwe, enbw, vattenfall, ewe, yello strom, lichtblick,
        naturstrom, polarstern, tibber, octopus energy, british gas, scottish power, scottishpower,
        edf, edf energy, edf clients, ovo energy, ovo, bulb energy, so energy, shell energy, npower,
        sse energy, utilita, thames water, severn trent, severn trent water, anglian water, united
        utilities, yorkshire water, southern water, south west water, welsh water, wessex water,
        affinity water, veolia eau, veolia, suez eau, saur, engie, totalenergies electricite, total
        energies electricite, ekwateur, gdf suez, eau de paris, con edison, coned, conedison, pg&e,
        pge, pacific gas, southern california edison, socal gas, socalgas, duke energy, dominion
        energy, florida power, national grid, eversource, comed, xcel energy, dte energy, consumers
        energy, georgia power, pseg, puget sound energy, hydro one, hydro quebec, bc hydro, enmax,
        endesa, iberdrola, naturgy, repsol luz, holaluz, canal de isabel, aguas de barcelona, aigues
        de barcelona, enel, enel energia, eni gas e luce, eni plenitude, plenitude, a2a, hera comm,
        iren, acea, edison energia, sorgenia, essent, eneco, greenchoice, nuon, vandebron, budget
        energie, vitens, waternet, evides, brabant water, luminus, fluvius, wien energie, verbund,
        evn, salzburg ag, linz ag, energie steiermark, kelag, tiwag, stromdiskont, ewz, bkw energie,
        edp comercial, edp, epal, galp gas, tauron, pge obrot, energa, pgnig, cez prodej, cez,
        innogy, prazska energetika, fortum, ellevio, orsted, hafslund, fjordkraft, helen oy,
        electric ireland, bord gais, irish water, techem, ista deutschland, stadtwerke munchen,
        mainova, swisscom energy, energie ag, waste management, republic services""",
    "telecom": """
        vodafone, telekom, deutsche telekom, telekom deutschland, t mobile, tmobile, magenta
        telekom, magenta, a1, a1 telekom, o2, telefonica, telefonica germany, 1&1, 1und1, congstar,
        aldi talk, drillisch, freenet, mobilcom, unitymedia, kabel deutschland, pyur, netcologne, m
        net, lebara, lycamobile, ee limited, ee, ee mobile, bt group, bt, british telecom, british
        telecommunications, virgin media, virgin mobile, sky broadband, talktalk, plusnet, giffgaff,
        three uk, hutchison, h3g, hutchison drei, tesco mobile, id mobile, hyperoptic, community
        fibre, zen internet, verizon, verizon wireless, vzwrlss, at&t, att, at t mobility, comcast,
        xfinity, spectrum, charter communications, cox communications, cox comm, centurylink,
        frontier communications, mint mobile, cricket wireless, google fi, us cellular, boost
        mobile, metropcs, metro by t mobile, rogers, bell canada, bell mobility, telus, koodo,
        telstra, optus, spark nz, orange, orange sa, bouygues telecom, sfr, free mobile, free
        telecom, free haut debit, la poste mobile, red by sfr, nrj mobile, proximus, telenet,
        movistar, yoigo, masmovil, pepephone, jazztel, o2 spain, tim spa, telecom italia, tim
        mobile, wind tre, windtre, iliad, fastweb, ho mobile, tiscali, kpn, kpn digitenne, ziggo,
        odido, simyo, hollandsnieuwe, swisscom, salt mobile, nos comunicacoes, play p4, plus gsm,
        polkomtel, telia, telenor, tre sverige, comviq, tdc, yousee, dna oyj, eircom, three ireland,
        bt pay by phone, bt bill payment, sky mobile""",
    "furnishing": """
        ikea, xxxlutz, xxl lutz, hoffner, roller mobel, poco, poco domane, mobel kraft, mobelix,
        momax, jysk, danisches bettenlager, depot handels, home24, westwing, wayfair, made com,
        dunelm, dfs furniture, dfs, furniture village, oak furnitureland, the range, wilko,
        wilkinson, homesense, homegoods, home goods, bed bath beyond, crate barrel, cb2, west elm,
        pottery barn, williams sonoma, ashley furniture, rooms to go, container store, world market,
        maisons du monde, la redoute interieurs, zara home, centrakor, la foirfouille, leroy merlin
        maison, action, blokker, leen bakker, kwantum, casa shops, flying tiger, tiger stores,
        sostrene grene, nitori, kmart home, mio mobler, lipo, pfister, conforama suisse, micasa""",
    "repairs": """
        obi, bauhaus, hornbach, hagebau, hagebaumarkt, toom, toom baumarkt, hellweg, globus
        baumarkt, raiffeisen markt, dehner, pflanzen kolle, b&q, homebase, wickes, screwfix,
        toolstation, travis perkins, robert dyas, selco, home depot, the home depot, lowes, menards,
        ace hardware, true value, harbor freight, tractor supply, bunnings, canadian tire, leroy
        merlin, castorama, bricomarche, brico depot, bricorama, mr bricolage, point p, jardiland,
        truffaut, gamm vert, bricomart, aki bricolaje, brico io, obi italia, gamma, praxis, karwei,
        intratuin, jula, biltema, clas ohlson, byggmax, maxbo, k rauta, castorama polska, handyman,
        terminix, servpro, taskrabbit, checkatrade, homeserve, rentokil""",
    "subscriptions": """
        netflix, spotify, spotify usa, spotify uk, disney plus, disney, disneyplus, hbo max, hbo,
        max com, hulu, paramount, amazon video, amazon music, audible, audible uk, amazon prime
        membership, prime membership, kindle unlimited, kindle svcs, amazon kindle, apple bill,
        apple itunes, itunes, apple services, apple music, apple tv, google youtube, youtube,
        youtube premium, youtubepremium, google play, google storage, google one, google google one,
        google, deezer, soundcloud, sky, sky deutschland, sky digital, sky uk, now tv, nowtv, dazn,
        waipu, zattoo, joyn, rtl plus, rtlplus, magenta tv, crunchyroll, mubi, twitch, patreon,
        substack, canal plus, ocs, salto, molotov, movistar plus, filmin, viaplay, videoland,
        nlziet, tv2 play, c more, npo plus, rundfunk ard, rundfunk, ard zdf, rundfunk ard zdf
        dradio, beitragsservice, gis gebuhren, orf beitrag, serafe, tv licensing, tv licence, tv
        license, new york times, nytimes, wall street journal, wsj, washington post, financial
        times, the economist, the guardian, the times, spiegel, spiegel verlag, zeit verlag, die
        zeit, faz, suddeutsche, handelsblatt, readly, scribd, blinkist, headspace, duolingo, babbel,
        linkedin, tinder, bumble, parship, onlyfans, le monde, mediapart, el pais, nrc, de
        volkskrant, sirius xm, siriusxm, roku, discovery plus, britbox""",
    "entertainment": """
        cineworld, odeon, vue cinema, vue, picturehouse, curzon, everyman cinema, showcase cinema,
        amc theatres, regal cinemas, regal, cinemark, alamo drafthouse, fandango, atom tickets,
        ticketmaster, eventim, cts eventim, see tickets, ticketek, eventbrite, stubhub, dice fm,
        ticketone, ticketswap, viagogo, seatgeek, live nation, livenation, cinestar, cinemaxx, uci
        kinowelt, kinopolis, cineplex, hollywood megaplex, pathe, gaumont, ugc, mk2, cgr cinemas,
        kinepolis, cinesa, yelmo, yelmo cines, the space cinema, uci cinemas, tuschinski,
        filmstaden, nordisk film, cinema city, multikino, europa park, phantasialand, legoland,
        disneyland, disneyland paris, six flags, universal studios, seaworld, alton towers, thorpe
        park, merlin entertainments, merlin attractions, efteling, portaventura, gardaland,
        bowlplex, hollywood bowl, tenpin, topgolf, dave busters, national trust, english heritage,
        v&a, moma, getyourguide, get your guide, tiqets, musement, viator, jochen schweizer, mydays,
        team sport, go ape, kidzania, sunshine cinema""",
    "hobbies": """
        waterstones, wh smith, whsmith, foyles, blackwells, barnes noble, books a million, half
        price books, thalia, hugendubel, mayersche, osiander, orell fussli, bucher de, medimops,
        momox, booklooker, abebooks, world of books, gibert joseph, cultura, decitre, casa del
        libro, feltrinelli, la feltrinelli, mondadori, adlibris, akademibokhandeln, bookshop, steam,
        steam games, steampowered, steamgames, playstation, playstation network, sony playstation,
        psn, nintendo, nintendo of europe, xbox, microsoft xbox, xbox live, epic games, blizzard,
        battle net, riot games, ea games, electronic arts, ubisoft, roblox, minecraft, supercell,
        king com, humble bundle, g2a, instant gaming, game stores, games workshop, decathlon,
        intersport, sport scheck, sportscheck, globetrotter, bergfreunde, go outdoors, cotswold
        outdoor, mountain warehouse, dicks sporting, academy sports, rei, bass pro, cabelas, evans
        cycles, fahrrad xxl, canyon bicycles, bike24, wiggle, chain reaction, go sport, stadium, xxl
        sport, hobbycraft, michaels, hobby lobby, joann, joann fabrics, jo ann, idee creativmarkt,
        thomann, guitar center, gear4music, woodbrass, lego, smyths toys hobby, ravensburger, tippl,
        lotto, toto lotto, lotto24, national lottery, tipp24, westlotto, staatsloterij, nederlandse
        loterij, francaise des jeux, fdj, winamax, betclic, bet365, william hill, ladbrokes, paddy
        power, tipico, bwin, unibet, svenska spel, norsk tipping, veikkaus, draftkings, fanduel,
        fujifilm, cewe, photobox, snapfish""",
    "flights": """
        lufthansa, eurowings, ryanair, easyjet, easy jet, wizz air, wizzair, british airways,
        britishairways, jet2, tui, tui airways, tuifly, virgin atlantic, loganair, flybe, aer
        lingus, air france, klm, transavia, vueling, iberia, iberia express, air europa, volotea,
        ita airways, alitalia, tap air, tap portugal, swiss international, swiss air, austrian
        airlines, brussels airlines, sas airlines, scandinavian airlines, norwegian air, norwegian,
        finnair, icelandair, lot polish, air berlin, turkish airlines, pegasus airlines, emirates,
        qatar airways, etihad, singapore airlines, cathay pacific, qantas, jetstar, air new zealand,
        air canada, westjet, delta, delta air, delta air lines, united airlines, united air,
        american airlines, american air, southwest, southwest airlines, southwes, jetblue, alaska
        airlines, alaska air, spirit airlines, frontier airlines, hawaiian airlines, latam, avianca,
        ana airways, japan airlines, expedia, opodo, edreams, skyscanner, lastminute, lastminute
        com, travelzoo, on the beach, loveholidays, love holidays, trailfinders, travel counsellors,
        ab in den urlaub, weg de, dertour, der touristik, its reisen, alltours, fti, holidaycheck,
        hofer reisen, kuoni, club med, look voyages, promovacances, voyage prive, viajes el corte
        ingles, logitravel, sunweb, corendon, d reizen, apollo rejser, spies rejser, tripadvisor,
        priceline, orbitz, travelocity, kayak, hopper, sixt, sixt rent, hertz, europcar, avis rent,
        budget rent, enterprise rent, enterprise rentacar, alamo rent, national car rental, dollar
        rent, thrifty, rentalcars, billiger mietwagen, goldcar, sunny cars, stena line, dfds, p&o
        ferries, p&o, brittany ferries, irish ferries, color line, viking line, tallink, tt line,
        scandlines, getlink, eurotunnel, le shuttle, carnival cruise, royal caribbean, aida cruises,
        msc cruises, costa crociere, tui cruises""",
    "lodging": """
        booking, booking com, airbnb, hotels, hotels com, hrs, hotel tonight, trivago, agoda, vrbo,
        homeaway, fewo direkt, hostelworld, marriott, hilton, hampton inn, hampton by hilton,
        doubletree, hyatt, holiday inn, holiday inn express, intercontinental, ihg, crowne plaza,
        best western, radisson, accor, ibis, ibis budget, ibis styles, novotel, mercure, sofitel,
        premier inn, travelodge, motel one, motel, a o hostels, b b hotels, campanile, kyriad,
        premiere classe, nh hotels, nh hotel, melia, barcelo, iberostar, scandic, strawberry hotels,
        nordic choice, van der valk, fletcher hotels, center parcs, landal, roompot, belambra,
        pierre vacances, homair, jugendherberge, yha, sonesta, wyndham, days inn, la quinta, comfort
        inn, quality inn, sheraton, westin, four seasons, ritz carlton, citizenm, leonardo hotels,
        steigenberger, maritim, dorint, generator hostel, selina, meininger""",
    "children": """
        smyths, smyths toys, toys r us, mothercare, babywalz, baby walz, babymarkt, windeln de,
        vertbaudet kinder, mytoys, jako o, natalys, prenatal, chicco, imaginarium, toy planet, la
        grande recreation, jouetclub, king jouet, intertoys, br legetoj, busy bees, bright horizons,
        kindercare, care com, babysits, childcare vouchers, tax free childcare, buybuy baby,
        gymboree, childrens place, the entertainer, hamleys, build a bear, tiger kinder, pgl travel""",
    "education": """
        udemy, coursera, edx, skillshare, masterclass, linkedin learning, khan academy, chegg,
        duolingo school, open university, student loans company, student finance, navient, nelnet,
        sallie mae, fedloan, great lakes, aidvantage, mohela, volkshochschule, studentenwerk,
        studierendenwerk, fernuni hagen, iu internationale, crous, uned, duo hoofdrekening,
        codecademy, babbel school, berlitz, goethe institut, british council, alliance francaise,
        instituto cervantes, ucas, superprof""",
    "pets": """
        pets at home, petco, petsmart, chewy, fressnapf, maxi zoo, das futterhaus, futterhaus,
        zooplus, zooroyal, kolle zoo, tiendanimal, kiwoko, animalis, tom co, jollyes, petplanet,
        animal friends, petplan, bought by many, manypets, medivet, vets4pets, vets now, banfield,
        pdsa, arken zoo, musti ja mirri, evidensia, anicura, pets place, dierapotheker, isola dei
        tesori, arcaplanet, rover com, tractive, barkbox""",
    "giving": """
        oxfam, british red cross, red cross, rotes kreuz, deutsches rotes kreuz, unicef, unicef
        deutschland, wwf, greenpeace, amnesty, amnesty international, save the children, cancer
        research, rspca, rnli, nspcc, british heart foundation, barnardos, just giving, justgiving,
        gofundme, go fund me, betterplace, aktion mensch, caritas, misereor, brot fur die welt,
        arzte ohne grenzen, medecins sans frontieres, doctors without borders, sos kinderdorf, sos
        kinderdorfer, malteser, johanniter, plan international, world vision, nabu, bund
        naturschutz, campact, wikimedia, wikipedia, secours catholique, secours populaire, restos du
        coeur, les restos du coeur, croix rouge, cruz roja, caritas espanola, medicos sin fronteras,
        kika stichting, hartstichting, st jude, salvation army, goodwill, unhcr, charity water,
        interflora, fleurop, euroflorist, florist, moonpig, funky pigeon, cards galore, clintons,
        paperchase, papyrus, hallmark, bloom wild""",
    "insurance": """
        allianz, allianz elementar, axa, ergo, huk, huk coburg, huk24, generali, zurich
        versicherung, zurich insurance, devk, lvm, vhv, gothaer, signal iduna, debeka, barmenia,
        hansemerkur, r v versicherung, r&v, cosmosdirekt, cosmos direkt, hannoversche, provinzial,
        wuerttembergische, wurttembergische, alte leipziger, nurnberger versicherung, nuernberger
        versicherung, hdi, wgv, getsafe, friday versicherung, techniker krankenkasse, aok, barmer,
        dak, dak gesundheit, ikk, uniqa, wiener stadtische, wiener staedtische, donau versicherung,
        merkur versicherung, grazer wechselseitige, helvetia, mobiliar, die mobiliar, css
        versicherung, css kranken, helsana, sanitas, suva, aviva, direct line, admiral, admiral
        insurance, churchill, hastings direct, lv insurance, lv general, esure, more than, legal
        general, royal london, scottish widows, aegon, vitality, vitalityhealth, bupa insurance, axa
        ppp, simplyhealth, swinton, compare the market, saga insurance, geico, state farm,
        progressive ins, allstate, liberty mutual, farmers ins, farmers insurance, usaa insurance,
        nationwide ins, metlife, new york life, northwestern mutual, aflac, cigna, aetna, humana,
        united healthcare, unitedhealth, blue cross, bcbs, anthem, lemonade, root insurance, maif,
        macif, matmut, groupama, maaf, mma, gmf, mgen, harmonie mutuelle, malakoff humanis, ag2r,
        swiss life, cnp assurances, april assurance, direct assurance, alan sa, mapfre, mutua
        madrilena, linea directa, sanitas seguros, adeslas, asisa, santalucia, pelayo, unipolsai,
        unipol, generali italia, poste vita, nationale nederlanden, nn schade, centraal beheer,
        interpolis, zilveren kruis, cz groep, vgz, fbto, ditzo, monuta, allianz benelux, ethias, ag
        insurance, kbc verzekeringen, pzu, folksam, lansforsakringar, trygg hansa, if
        skadeforsakring, if forsikring, gjensidige, topdanmark, fennia, lahitapiola, fidelidade""",
    "loans": """
        klarna, klarna bank, afterpay, clearpay, zip co, sezzle, easycredit, teambank, targobank
        kredit, santander consumer, creditplus, barclays kredit, smava, auxmoney, ing ratenkredit,
        cetelem, cofidis, sofinco, franfinance, younited, zopa, ratesetter, lending club,
        lendingclub, marcus goldman, onemain, wells fargo auto, ally auto, gm financial, ford
        credit, ford motor credit, toyota financial, honda financial, nissan motor acc, vw bank,
        volkswagen bank, volkswagen leasing, bmw bank, mercedes benz bank, black horse, close
        brothers, moto novo, findomestic, scalapay, wellenvergleich kredit, bausparkasse, wustenrot,
        schwabisch hall, raiffeisen bausparkasse, lbs, bausparkasse schwabisch hall, svea ekonomi,
        resurs bank""",
    "taxes": """
        finanzamt, bundeskasse, landeskasse, zollamt, hauptzollamt, justizkasse, landesoberkasse,
        stadtkasse, kassen und steueramt, gemeindekasse, finanzverwaltung, hmrc, hm revenue, hm
        revenue customs, council tax, irs, us treasury, usataxpymt, franchise tax board, state tax,
        property tax, county treasurer, dgfip, tresor public, impots, impot, direction generale des
        finances publiques, agencia tributaria, aeat, hacienda, ayuntamiento, tgss, seguridad
        social, agenzia entrate, agenzia delle entrate, pagopa, f24, belastingdienst, gemeente,
        bghu, gblt, waterschap, hoogheemraadschap, cjib, rdw, spf finances, fod financien,
        skatteverket, skatteetaten, skat, skattestyrelsen, verohallinto, urzad skarbowy, financni
        urad, autoridade tributaria, steueramt, steuerverwaltung, eidgenossische steuerverwaltung,
        stadtgemeinde, marktgemeinde, gemeinde, passport office, home office, uscis, gov uk, dvla
        vehicle tax, dvla vehicle, turbotax, intuit turbotax, h&r block""",
    "investments": """
        vanguard dividend, ishares dividend""",
    "benefits": """
        familienkasse, bundesagentur fur arbeit, bundesagentur fuer arbeit, agentur fur arbeit,
        deutsche rentenversicherung, rentenservice, renten service, elterngeldstelle, dwp, dwp uc,
        dwp jsa, dwp pip, dwp sp, child benefit, hmrc child benefit, hmrc ctc, ssa treas, social
        security, soc sec, va benefit, vacp treas, unemployment, pole emploi, france travail, caf
        de, cpam, carsat, assurance retraite, agirc arrco, svb, uwv, duo studiefinanciering,
        toeslagen, belastingdienst toeslagen, kinderbijslag, pensionsversicherungsanstalt,
        forsakringskassan, pensionsmyndigheten, udbetaling danmark, cssz, ahv, canada fed, cra
        canada, centrelink""",
    "savings": """
        trade republic, scalable capital, comdirect depot, flatex, degiro, etoro, robinhood,
        vanguard, fidelity, fidelity investments, charles schwab, schwab, e trade, etrade, merrill
        lynch, wealthfront, betterment, acorns, acorns invest, ishares, hargreaves lansdown, aj
        bell, interactive brokers, interactive investor, freetrade, plum fintech, wealthify,
        moneyfarm, coinbase, binance, bitpanda, crypto com, bitstamp, bison app, justtrade, union
        investment, dws investment, weltsparen, boursorama, bourse direct, yomoni, nalo, myinvestor,
        indexa capital, directa sim, fineco, brand new day, meesman, meesman indexbeleggen, avanza
        bank, nordnet, lysa, saxo bank, ns i savings, nsandi, premium bonds, treasurydirect, trading
        uk""",
    "own-accounts": """
        revolut, transferwise, n26, monzo, bunq, vivid money, payoneer, western union, moneygram,
        remitly, worldremit, azimo""",
    "card-payments": """
        card complete, american express, amex, amex epayment, barclaycard, capital one, capital one
        card, chase card, chase credit crd, citi card, citi cards, citicard, citicorp, discover,
        discover card, synchrony, synchrony bank, mbna, tesco bank, aqua card, vanquis, newday,
        lufthansa miles more credit card, advanzia, gebuhrfrei mastercard, landesbank berlin,
        viseca, swisscard, cornercard, ics cards, international card services, wizink,
        bankintercard, nexi, cartasi, entercard, eurocard""",
}
"""By category slug; comma-separated."""

ALONE: Final[dict[str, str]] = {
    "groceries": """
        globus, volg, booths, centra, cora, dirk, deen, picnic, consum, condis, iper, bennet, kosik,
        joker, bilka, irma, fakta, alepa""",
    "restaurants": """
        byron, caviar, vips, febo""",
    "cafes": """
        strock, felber""",
    "telecom": """
        voxi, smarty, fido, sosh, tele, sunrise, meo, elisa, eir, vivo, claro""",
    "furnishing": """
        segmuller, kika, leiner, butlers, habitat, conforama, but, alinea, gifi, xenos, nille""",
    "repairs": """
        jewson, mitre, rona, brico, hubo, silvan""",
    "fuel": """
        jet, avia, gulf, mobil, marathon, arco, mol""",
    "transit": """
        mvv, kvb, vgf, ssb, vag, flix, bls, bart, muni, clipper, septa, cta, presto, stm, opal, tcl,
        emt, tmb, atac, gtt, ret, htm, stib, tec, pkp, ztm, mpk, dpp, sj, sl, movia, vy, ruter, vr,
        hsl, mav, bkk""",
    "taxi": """
        gett, curb, miles, heetch, kapten, enjoy, dott, didi, grab""",
    "parking": """
        effia, saba, empark, aprr, asf""",
    "car": """
        midas, speedy, tcs, aci""",
    "medical": """
        apollo, benu, krys, optic""",
    "fitness": """
        equinox, actic""",
    "beauty": """
        normal, kicks, primor""",
    "general": """
        wish, sears, coin, marshalls, manor, galaxus, magasin""",
    "clothing": """
        next, gap, coach, esprit, only, mango, celio, jules, promod, etam, andre, geox, cos,
        reserved, bonita, vans, converse""",
    "electronics": """
        alternate, gravis, bcc, inet, alza, notion, slack, canva, figma""",
    "subscriptions": """
        peacock, tidal, medium, canal, economist, guardian, telegraph, calm""",
    "entertainment": """
        amc, axs, uci, helios, tivoli, fever""",
    "hobbies": """
        ibs, bruna, ako, libris, empik, valve, gog, camelot, pmu""",
    "flights": """
        condor, fram, ving, avis""",
    "lodging": """
        riu, moxy""",
    "children": """
        jacadi, orchestra, aubert, lekia, carters""",
    "education": """
        slc, kumon, kaplan, pearson, vhs, cned, csn""",
    "pets": """
        musti""",
    "giving": """
        drk, macmillan, shelter, crisis, msf, telethon, emmaus, emergency, kwf""",
    "insurance": """
        clark, bkk, swica, concordia, visana, assura, progressive, travelers, prudential, luko, dkv,
        ocaso, reale, unive, menzis, ohra, dela, asr, warta, tryg, vhi, laya""",
    "loans": """
        affirm, oney, floa, upstart, sofi, prosper, avant, agos, compass, alma""",
    "benefits": """
        ssa, caf, msa, sepe, inss, inps, pva, ams, nav, kela, zus, sva, onem""",
    "savings": """
        scalable, stash, nutmeg, moneybox, plum, kraken, gemini, deka, dws, raisin, bux, peaks""",
    "own-accounts": """
        wise, starling""",
}
"""Names that are also words or first names: they count when nothing else stands beside them."""
