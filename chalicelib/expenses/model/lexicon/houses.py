"""Names of houses that sell one kind of thing: daily life and shopping."""

from __future__ import annotations

from typing import Final

DAILY: Final[dict[str, str]] = {
    "groceries": """
        aldi, lidl, rewe, edeka, netto, penny, kaufland, tegut, norma, hit markt, famila, real sb,
        alnatura, denns, denns biomarkt, bio company, basic bio, hofer, billa, billa plus, spar,
        eurospar, interspar, mpreis, unimarkt, nah und frisch, migros, coop, denner, manor food,
        tesco, sainsburys, sainsbury, asda, morrisons, wm morrison, waitrose, ocado, iceland,
        iceland foods, co op, coop food, co op group food, central co op, farmfoods, budgens,
        londis, nisa, nisa local, costcutter, one stop, mccolls, spar uk, m&s simply food, m&s food,
        marks spencer food, lidl gb, aldi stores, dunnes, dunnes stores, supervalu, walmart, wal
        mart, wm supercenter, kroger, safeway, albertsons, publix, trader joe, trader joes, whole
        foods, wholefds, whole foods market, wegmans, h e b, heb, meijer, giant eagle, giant food,
        stop shop, shoprite, food lion, harris teeter, winn dixie, piggly wiggly, ralphs, vons, fred
        meyer, sprouts, sprouts farmers, aldi us, costco, costco whse, sams club, bjs wholesale,
        instacart, fresh direct, freshdirect, gristedes, fairway market, union market, loblaws, no
        frills, sobeys, metro plus, woolworths, coles, countdown, pak n save, carrefour, auchan,
        leclerc, e leclerc, intermarche, monoprix, franprix, casino shop, geant casino, super u,
        hyper u, systeme u, u express, picard, picard surgeles, biocoop, naturalia, grand frais,
        match supermarche, simply market, lidl france, delhaize, colruyt, okay, albert heijn, ah to
        go, jumbo, plus supermarkt, dirk van den broek, hoogvliet, digros, dekamarkt, ekoplaza,
        vomar, mercadona, eroski, alcampo, hipercor, bonpreu, caprabo, supercor, ahorramas, gadis,
        froiz, esselunga, conad, coop alleanza, ipercoop, pam panorama, eurospin, md discount,
        despar, tigros, carrefour market, carrefour express, carrefour city, continente, pingo doce,
        minipreco, auchan retail, biedronka, zabka, dino polska, stokrotka, lewiatan, polomarket,
        albert cr, tesco stores, penny market, kaufland ceska, rohlik, ica, ica maxi, ica kvantum,
        hemkop, willys, city gross, coop konsum, coop forum, rema, rema tusen, kiwi, meny, bunnpris,
        netto dk, fotex, foetex, k market, k supermarket, k citymarket, s market, prisma, sale
        market, gorillas, flink, getir, hellofresh, hello fresh, gousto, mindful chef, abel cole,
        oddbox, magazin pjaterocka, eataly, 7eleven, metro cash, metro cash carry, metro plus, marks
        spencer simply food, marks spencer simply, w m morrison, w m morrisons, morrison
        supermarket, booker, booker limited, js online grocery, asda stores, asda superstore, asda
        home shopping, bjs""",
    "restaurants": """
        mcdonalds, mcdonald, mc donalds, mcdonalds restaurant, burger king, kfc, subway, pizza hut,
        dominos, dominos pizza, domino pizza, papa johns, papa john, five guys, nandos, wagamama,
        pizza express, pizzaexpress, zizzi, itsu, leon restaurants, wasabi sushi, yo sushi, prezzo,
        ask italian, bella italia, franco manca, gbk, honest burgers, shake shack, harvester, toby
        carvery, beefeater, brewers fayre, wetherspoon, jd wetherspoon, j d wetherspoon, greene
        king, fullers pub, chipotle, taco bell, wendys, chick fil a, popeyes, panda express, panera,
        panera bread, olive garden, applebees, chilis, ihop, dennys, cheesecake factory, outback
        steakhouse, red lobster, buffalo wild wings, sweetgreen, in n out, whataburger, sonic drive
        in, arbys, dairy queen, jack in the box, little caesars, wingstop, five guys burgers,
        cracker barrel, texas roadhouse, noodles company, ubereats, uber trip eats, doordash,
        grubhub, deliveroo, just eat, justeat, foodora, foodpanda, wolt, glovo, lieferando,
        takeaway, thuisbezorgd, seamless, postmates, skipthedishes, menulog, pyszne, vapiano,
        nordsee, losteria, hans im gluck, block house, maredo, peter pane, alex gaststatten, dean
        david, enchilada, sausalitos, flunch, hippopotamus, buffalo grill, courtepaille, leon de
        bruxelles, quick restaurant, bistro regent, la pataterie, del arte, pizza del arte, paul
        bocuse, telepizza, foster hollywood, goiko, cien montaditos, ginos, la tagliatella, old wild
        west, roadhouse, autogrill, spizzico, la piadineria, rossopomodoro, new york pizza, la
        place, hmshost, loetje, bagels beans, max burgers, hesburger, kotipizza, pizzahut""",
    "cafes": """
        starbucks, costa coffee, caffe nero, cafe nero, pret a manger, pret, greggs, eat ltd, black
        sheep coffee, gails, gails bakery, le pain quotidien, dunkin, dunkin donuts, krispy kreme,
        tim hortons, tim horton, peets coffee, peets, blue bottle, blue bottle coffee, philz coffee,
        caribou coffee, dutch bros, auntie annes, cinnabon, baskin robbins, ben jerrys, haagen dazs,
        insomnia coffee, backwerk, kamps, le crobag, ditsch, einstein kaffee, balzac coffee,
        espresso house, tchibo, coffee fellows, steinecke, lila backer, backer eifler, der mann,
        anker brot, aida cafe, brioche doree, paul boulangerie, marie blachere, columbus cafe, ange
        boulangerie, la mie caline, starbucks coffee, granier, cafe amazon, douwe egberts cafe,
        wayne coffee, waynes coffee, pumpkin cafe, joe the juice, boost juice""",
    "fuel": """
        shell, shell service, aral, esso, esso tankstelle, total access, totalenergies, total
        station, total energies, jet tankstelle, star tankstelle, orlen, omv, omv tankstelle, agip,
        agip tankstelle, eni station, eni, bft tankstelle, hem tankstelle, westfalen tankstelle,
        turmol, bp, bp service, texaco, gulf oil, murco, applegreen, mfg, motor fuel group, tesco
        pfs, tesco petrol, tesco pay at pump, sainsburys petrol, asda petrol, asda pfs, morrisons
        petrol, mrh, eg group, costco gas, chevron, exxonmobil, exxon, sunoco, citgo, valero,
        marathon petro, speedway, wawa, sheetz, quiktrip, qt, racetrac, circle k, conoco, phillips,
        sinclair, casey s, caseys, pilot, loves travel, petro canada, caltex, ampol, z energy,
        leclerc carburant, intermarche carburant, carrefour carburant, carburant auchan, station u,
        relais total, repsol, cepsa, galp, petronor, ballenoil, plenoil, q8, ip matic, tamoil, api
        ip, tango tankstation, tinq, gulf nederland, lukoil, statoil, circle k sverige, okq8, preem,
        st1, uno x, yx, neste, teboil, abc lahimaksu, slovnaft, benzina, lotos, ionity, fastned,
        chargepoint, tesla supercharger, supercharger, tesla charging, enbw mobility, maingau, pod
        point, bp pulse, shell recharge, electrify america, evgo, allego, plugsurfing,
        shellrecharge, rontec, malthurst, euro garages, eurogarages, kroger fuel, costco fuel, sams
        fuel, safeway fuel, tex city, shell oil, shell tankstelle, welcome break fuel""",
    "transit": """
        deutsche bahn, db vertrieb, db vertrieb gmbh, db bahn, db fernverkehr, db regio, bahn, bvg,
        bvg app, hvv, hamburger hochbahn, mvg, mvg handyticket, vbb, rmv, vrr, rheinbahn,
        deutschlandticket, flixbus, flixtrain, oebb, obb, obb ticket, wiener linien, westbahn, sbb,
        sbb cff ffs, sbb mobile, zvv, vbz, tfl, tfl travel, tfl travel ch, tfl gov uk, transport for
        london, trainline, thetrainline, lner, gwr, great western, avanti west coast, northern rail,
        northern trains, southeastern, south western railway, swr, c2c, crosscountry trains,
        transpennine, scotrail, thameslink, govia, greater anglia, chiltern railways, west midlands
        trains, merseyrail, national rail, national express, megabus, stagecoach, arriva, first bus,
        firstgroup, go ahead, translink, irish rail, iarnrod eireann, dublin bus, leap card, bus
        eireann, mta, mta nyct, mta metrocard, omny, nyct, njt, nj transit, lirr, metro north,
        caltrain, wmata, mbta, ventra, metra, amtrak, greyhound, lyft bike, citi bike, metrolinx,
        ttc, myki, sncf, sncf connect, oui sncf, ouigo, sncf voyages, ratp, navigo, ile de france
        mobilites, tisseo, blablacar bus, eurostar, thalys, renfe, renfe viajeros, cercanias, metro
        de madrid, ouigo espana, iryo, alsa, trenitalia, italo, ntv, atm milano, trenord, flixbus
        italia, ns, ns groep, ns reizigers, ov chipkaart, translink systems, gvb, ret nv, nmbs,
        sncb, de lijn, mivb, cp comboios, carris, metro lisboa, pkp intercity, koleje, jakdojade,
        ceske drahy, regiojet, leo express, vasttrafik, skanetrafiken, dsb, rejsekort, kolumbus, lul
        ticket machine, london midland, virgin trains, virgintrains, virgin trains ec, west coast
        trains, cross country trains, oyster, west midlands travel, west mid travel, oyster renew,
        avanza bus""",
    "taxi": """
        uber, uber trip, uber bv, uber technologies, uber help, uber one, uber ride, lyft, lyft
        ride, bolt, bolt eu, bolt operations, free now, freenow, mytaxi, cabify, addison lee, ola
        cabs, taxi deutschland, share now, car2go, drivenow, miles mobility, sixt share, we share,
        cambio carsharing, stadtmobil, flinkster, zipcar, getaround, turo, blablacar, g7, sharenow,
        greenwheels, mywheels, snappcar, felyx, check scooter, lime, lime ride, voi, voi scooter,
        tier, tier mobility, bird ride, bird rides, nextbike, donkey republic, mobility carsharing,
        emmy sharing, yango, itaxi, poppy mobility""",
    "parking": """
        apcoa, q park, qpark, contipark, easypark, parkster, parkopedia, paybyphone, pay by phone,
        ringgo, justpark, ncp, ncp limited, parkmobile, yellowbrick, parkbee, apcoa parking, indigo
        park, saemes, elparking, telpark, spothero, laz parking, sp plus, parkwhiz, best in parking,
        wipark, handyparken, asfinag, autobahn tollcollect, e zpass, ez pass, ezpass, fastrak,
        sunpass, txtag, dart charge, dartford, tfl congestion, tfl ulez, congestion charge, vinci
        autoroutes, vinci, sanef, cofiroute, autoroutes du sud, escota, ulys, telepass, autostrade,
        autostrade per italia, autopistas, abertis, via t, via verde, brisa, park mobile""",
    "car": """
        atu, a t u, pitstop, euromaster, vergolst, reifen com, kwik fit, halfords, euro car parts,
        national tyres, ats euromaster, jiffy lube, valvoline, firestone, goodyear, discount tire,
        pep boys, autozone, auto zone, oreilly auto, advance auto, napa auto, norauto, feu vert,
        carglass, autoglass, safelite, point s, roady, oscaro, mister auto, kfzteile24, tuv, tuv
        sud, tuv nord, dekra, gtu, adac, aa membership, rac motoring, aaa, oamtc, arbo, anwb, dvla,
        dmv, dgt, imo car wash, mr wash, cosy wash, elefant bleu, bosch car service""",
    "medical": """
        boots, boots uk, superdrug pharmacy, lloydspharmacy, lloyds pharmacy, well pharmacy, cvs,
        cvs pharmacy, walgreens, rite aid, duane reade, shoppers drug mart, chemist warehouse, bupa,
        nuffield health, specsavers, vision express, fielmann, apollo optik, mister spex, docmorris,
        doc morris, shop apotheke, medpex, redcare, sanicare, etos apotheek, zava, doctolib, kaiser
        permanente, quest diagnostics, labcorp, warby parker, lenscrafters, optical express,
        afflelou, alain afflelou, grandoptical, optical center, general optica, multiopticas,
        pearle, hans anders, eyes more, nhs, mydentist, bupa dental, aspen dental, farmacity, apotek
        hjartat, apoteket, kronans apotek, matas apotek, zur rose""",
    "fitness": """
        puregym, pure gym, the gym group, the gym, david lloyd, virgin active, fitness first,
        anytime fitness, better gym, gymbox, nuffield gym, planet fitness, planet fit, la fitness,
        crunch fitness, gold s gym, golds gym, orangetheory, soulcycle, ymca, classpass, peloton,
        mcfit, rsg group, fitx, clever fit, john reed, urban sports club, urban sports, easyfitness,
        fitness king, holmes place, ai fitness, kieser, kieser training, jumpers fitness, fitinn,
        basic fit, basicfit, fitness park, keepcool, lorange bleue, neoness, altafit, mcfit espana,
        vivagym, gymbeam, holmesplace, sportcity, fit for free, trainmore, sats, nordic wellness,
        elixia, fitness world, puregym dk, evo fitness, strava, freeletics, egym wellpass, wellpass,
        wellhub, gympass, multisport""",
    "beauty": """
        douglas, sephora, marionnaud, nocibe, yves rocher, occitane, rituals, the body shop, body
        shop, lush, superdrug, dm, dm drogerie, dm drogeriemarkt, rossmann, muller drogerie, mueller
        drogerie, bipa, budni, budnikowsky, etos, kruidvat, trekpleister, matas, ulta, ulta beauty,
        sally beauty, bath body works, glossier, space nk, mac cosmetics, kiko, kiko milano, druni,
        clarel, tigota, acqua sapone, toni guy, supercuts, great clips, sport clips, regis salon,
        klier, unisex hair, essanelle, franck provost, jean louis david, dessange, tchip coiffure,
        treatwell, fresha, planity, notino, lookfantastic, flaconi, beauty bay""",
    "general": """
        amazon, amazon marketplace, amazon retail, amazon eu, ebay, ebay o, otto, otto versand,
        galeria, galeria kaufhof, karstadt, kaufhof, alibaba, aliexpress, temu, temu com, shein,
        etsy, rakuten, cdiscount, fnac darty, vinted, kleinanzeigen, willhaben, leboncoin, wallapop,
        marktplaats, bol, bol com, coolblue bol, allegro, cdon, fruugo, argos, john lewis,
        johnlewis, selfridges, harrods, debenhams, house of fraser, marks spencer, m&s, b&m, b&m
        retail, home bargains, poundland, poundstretcher, 99p stores, the works, card factory,
        target, target t, macys, nordstrom, kohls, jc penney, jcpenney, dollar tree, dollar general,
        family dollar, five below, big lots, qvc, kmart, big w, david jones, myer, galeries
        lafayette, printemps, bhv, el corte ingles, corte ingles, rinascente, de bijenkorf,
        bijenkorf, tk maxx, tkmaxx, tj maxx, tjmaxx, ross stores, woolworth, tedi, kodi, action
        nederland, mac geiz, globus warenhaus, digitec galaxus, stockmann, ahlens, veepee, zalando
        lounge, royalmail, post office, postoffice, hema, hema filiaal""",
    "clothing": """
        h&m, hennes mauritz, h m, zara, zara espana, primark, uniqlo, c&a, zalando, about you, asos,
        boohoo, prettylittlething, missguided, next retail, next directory, new look, river island,
        topshop, topman, dorothy perkins, matalan, peacocks, fat face, fatface, seasalt, joules,
        white stuff, superdry, jack wills, reiss, ted baker, whistles, all saints, allsaints,
        monsoon, clarks, schuh, office shoes, jd sports, sports direct, sportsdirect, foot locker,
        footlocker, nike, adidas, puma, reebok, new balance, skechers, under armour, lululemon, gap
        us, old navy, banana republic, j crew, jcrew, abercrombie, hollister, american eagle,
        forever, urban outfitters, anthropologie, free people, victorias secret, aerie, levis, levi
        s, wrangler, ralph lauren, tommy hilfiger, calvin klein, michael kors, kate spade, gucci,
        louis vuitton, prada, burberry, chanel, hermes, dsw, zappos, deichmann, snipes, reno schuhe,
        gortz, humanic, salamander, peek cloppenburg, p&c, breuninger, s oliver, soliver, tom
        tailor, bonprix, ernstings family, kik, takko, nkd, new yorker, jack jones, vero moda,
        bestseller, bershka, pull bear, stradivarius, massimo dutti, desigual, lefties, springfield,
        women secret, oysho, kiabi, camaieu, cache cache, jennyfer, la halle, gemo, eram, minelli,
        petit bateau, okaidi, vertbaudet, sergent major, lacoste, the north face, patagonia, jack
        wolfskin, ovs, benetton, calzedonia, intimissimi, tezenis, wehkamp, we fashion, the sting,
        scotch soda, van haren, shoeby, gina tricot, kappahl, lindex, weekday, monki, other stories,
        boozt, mode mcfly, tk fashion, pepco, ccc, half price, cropp, sinsay, hunkemoller, esprit
        europe, dr martens, ecco, birkenstock, moncler""",
    "electronics": """
        media markt, mediamarkt, saturn, media saturn, conrad, conrad electronic, cyberport,
        notebooksbilliger, mindfactory, reichelt, euronics, expert, apple store, apple retail, apple
        online store, apple r, currys, currys pc world, pc world, maplin, best buy, bestbuy, micro
        center, b&h photo, newegg, fry s electronics, gamestop, fnac, darty, boulanger, ldlc,
        electro depot, materiel net, worten, pccomponentes, unieuro, mediaworld, trony, coolblue,
        alternate nl, krefel, vanden borre, elgiganten, power norge, komplett, webhallen, netonnet,
        verkkokauppa, gigantti, media expert, rtv euro agd, x kom, datart, interdiscount, brack,
        steg electronics, digitec, logitech, samsung, dell, lenovo, hp store, hp instant ink,
        microsoft, microsoft store, microsoft office, adobe, jetbrains, github, gitlab,
        digitalocean, hetzner, hetzner online, ovh, ovhcloud, ionos, strato, godaddy, namecheap,
        cloudflare, linode, aws emea, amazon web services, aws, google cloud, google workspace,
        google gsuite, heroku, dropbox, notion labs, zoom us, zoom, openai, chatgpt, anthropic,
        claude ai, grammarly, nordvpn, expressvpn, protonmail, proton ag, 1password, lastpass,
        bitwarden, mcafee, kaspersky, evernote, squarespace, wix, mailchimp, fastmail, backblaze,
        atlassian, icloud, back market, rebuy, refurbed, swappie, norton antivirus, nortonlifelock,
        norton lifelock""",
}
"""By category slug; comma-separated."""
