"""Words that say what was paid for, in the languages of the banks: spending."""

from __future__ import annotations

from typing import Final

SPENDING: Final[dict[str, str]] = {
    "groceries": """
        supermarket, supermarkt, supermarche, supermercado, supermercati, supermercato,
        supermercados, hypermarket, hypermarche, grocery, groceries, grocery store, grocer,
        greengrocer, food store, food market, food mart, foodmart, lebensmittel, biomarkt, bioladen,
        naturkost, reformhaus, wochenmarkt, hofladen, *metzgerei, *fleischerei, metzger,
        fleischhauer, butcher, butchers, halal meat, boucherie, charcuterie, carniceria, macelleria,
        slagerij, fishmonger, poissonnerie, pescaderia, pescheria, fruteria, frutteria, primeur,
        fromagerie, epicerie, alimentation generale, alimentari, ultramarinos, minimarkt, minimart,
        mini market, mini mart, buurtsuper, kruidenier, groenteboer, convenience store, convenience,
        corner shop, farm shop, deli market, asia markt, asiamarkt, getrankemarkt, getranke, off
        licence, off license, liquor store, liquor, liquors, wine shop, wines, weinhandlung,
        caviste, nicolas vins, enoteca, sklep spozywczy, delikatesy, potraviny, livsmedel,
        dagligvare, mercearia, einkauf lebensmittel, boodschappen, courses alimentaires""",
    "restaurants": """
        restaurant, restaurants, restaurante, ristorante, *restaurant, restaurang, restauracja,
        restaurace, ravintola, trattoria, osteria, pizzeria, *pizzeria, pizza, pizzas, bistro,
        brasserie, taverna, taverne, gasthaus, gasthof, gaststatte, gasthausbrauerei, wirtshaus,
        brauhaus, heuriger, biergarten, beisl, imbiss, *imbiss, kebab, kebap, kebabs, doner, doner
        kebab, *grill, grillhaus, steakhouse, steakhaus, sushi, ramen, burger, burgers, burgers bar,
        taqueria, tacos, tapas, noodle, noodles, thai, dim sum, dumpling, curry house, tandoori,
        indian cuisine, chinese restaurant, china restaurant, chippy, fish chips, takeaway, take
        away, eatery, diner, kitchen, canteen, kantine, mensa, cafeteria, pub, tavern, inn bar, bar
        grill, wine bar, cocktail bar, cocktails, kneipe, bierstube, *stube, birreria, cerveceria,
        meson, asador, marisqueria, creperie, rotisserie, traiteur, snackbar, eetcafe, eethuis,
        frituur, fritures, friterie, cafetaria, lunch, lunchroom, brunch, dinner, essen bestellung,
        food delivery, lieferdienst, bar, bars, bier, brewery, brewing, brouwerij, taproom,
        nightclub, bbq, barbecue, wings, poke, falafel, shawarma, gyros, bodega, jadlodajnia,
        hospoda, pivnice, krog""",
    "cafes": """
        cafe, cafes, caffe, coffee, coffee shop, coffee house, kaffee, *kaffee, kaffeehaus, koffie,
        koffiehuis, espresso, espressobar, roastery, rosterei, tea room, tearoom, salon de the,
        bakery, bakeries, bakehouse, backerei, *backerei, backer, backstube, *backshop, backshop,
        konditorei, *konditorei, confiserie, patisserie, boulangerie, boulanger patissier,
        panaderia, pasteleria, panificio, pasticceria, gelateria, gelato, eisdiele, eiscafe,
        eissalon, glacier, heladeria, ice cream, icecream, ijssalon, bakkerij, bakker, bageri,
        konditori, piekarnia, cukiernia, pekarna, kavarna, kawiarnia, kahvila, cafeteria bar, bagel,
        bagels, donut, donuts, doughnut, doughnuts, juice bar, smoothie, bubble tea, boba,
        pastelaria, padaria, chocolatier, snack, snacks, vending, selecta, kiosk, tabak trafik,
        kaffee*""",
    "rent": """
        rent, rent money, monthly rent, flat rent, room rent, *miete, mietzahlung, wohnungsmiete,
        hausverwaltung, wohnungsgenossenschaft, wohnungsbau, wohnungsbaugesellschaft, wohnbau,
        wohnbauforderung, siedlungsgenossenschaft, genossenschaft wohnen, loyers, quittance loyer,
        foncia, nexity, agence immobiliere, alquileres, canone locazione, locazione, huurbetaling,
        woningcorporatie, woningstichting, wonen, hyra, husleie, husleje, vuokra, czynsz, najem,
        najemne, aluguer, renda casa, landlord, letting, lettings, letting agents, property
        management, apartments, apartment rent, residential lettings, estate agents, condominium,
        hoa dues, hoa, service charge, wohngeld, hausgeld, hausgeldzahlung, nebenkosten,
        betriebskosten, charges copropriete, syndic, copropriete, comunidad propietarios, comunidad
        de propietarios, condominio, spese condominiali, vve, bostadsrattsforening, brf""",
    "mortgage": """
        mtg, mtg pymt, home loan, hypothekendarlehen, baufinanzierung, immobiliendarlehen,
        immobilienkredit, baudarlehen, wohnbaudarlehen, rente lening, hypotheque, echeance pret
        immobilier, cuota hipoteca, prestamo hipotecario, rata mutuo, kredyt hipoteczny, hypoteka,
        bolan, boliglan, credito habitacao, asuntolaina""",
    "utilities": """
        electric, electric bill, electricity, electricite, electricidad, strom, *strom,
        stromabschlag, strom abschlag, abschlag strom, abschlag gas, gasabschlag, stadtwerke,
        *stadtwerke, gemeindewerke, wasserwerke, *wasserwerke, wasserverband, abwasser,
        abwasserverband, energie, energia, energy, energy bill, energi, *energie, energiversorgung,
        energieversorgung, erdgas, gas bill, gas company, natural gas, gas natural, heizung
        abschlag, fernwarme, nahwarme, heizol, water, water bill, water company, water utility,
        water dept, water district, wasser, wasserrechnung, eau, facture eau, agua, aguas, canal
        agua, acqua, acquedotto, luce e gas, luz, recibo luz, stroom, termijnbedrag energie, el
        regning, prad, rachunek prad, elektrina, plyn, voda, vodovody, utility, utilities, public
        utilities, city utilities, power company, power light, sewer, sewage, refuse, abfall,
        abfallwirtschaft, mullabfuhr, ordures menageres, tari, schornsteinfeger, kaminkehrer,
        abfallentsorgung""",
    "telecom": """
        internet bill, broadband, fibre broadband, mobile bill, mobile phone, phone bill, cell
        phone, telephone, telefon, telefonrechnung, mobilfunk, *mobilfunk, handyrechnung,
        handyvertrag, telecom, telecoms, telecommunications, *telecom, telekommunikation, telefonia,
        telefonie, telefono, forfait mobile, forfait internet, facture mobile, mobiel, mobiel
        abonnement, ricarica telefonica, ricarica, recarga movil, mobile topup, mobile top up, topup
        mobile, prepaid mobile, wireless, kabelanschluss, dsl, internetanschluss, glasfaser,
        glasvezel, fibra, bredband, internet service""",
    "furnishing": """
        furniture, furnishings, mobel, *mobel, mobelhaus, *mobelhaus, kuchenstudio, einrichtung,
        einrichtungshaus, meubles, meuble, ameublement, muebles, mobili, arredamenti, arredo,
        meubelen, wonen interieur, woonwinkel, meble, nabytek, mobler, matratzen, *matratzen,
        mattress, matelas, beds, bedding, betten, bettenlager, carpets, carpet, carpetright,
        teppich, curtains, blinds, gardinen, raumausstatter, lampen, lighting, leuchten, homeware,
        housewares, haushaltswaren, kitchenware, menaje, vaisselle, wash laundry, laundry,
        laundromat, launderette, dry cleaners, dry cleaning, drycleaning, reinigung textil,
        textilreinigung, waschsalon, pressing, laverie, lavanderia, tintoreria, stomerij,
        wasserette, cleaning lady, putzfrau, gebaudereinigung""",
    "repairs": """
        hardware store, hardware, diy, baumarkt, *baumarkt, eisenwaren, bricolage, quincaillerie,
        ferreteria, ferramenta, bouwmarkt, doe het zelf, ijzerwaren, byggvaruhus, builders
        merchants, timber, holzhandel, plumber, plumbing, klempner, sanitar, *sanitar, installateur,
        heizungsbau, plombier, plomberie, fontanero, fontaneria, idraulico, loodgieter, electrician,
        elektriker, elektroinstallation, elektrotechnik, electricien, electricista, elettricista,
        elektricien, handwerker, schreinerei, tischlerei, malerbetrieb, maler, dachdecker,
        menuiserie, carpinteria, locksmith, schlusseldienst, serrurier, cerrajero, roofing, roofer,
        flooring, paint store, painter, hvac, pest control, garden centre, garden center,
        gartencenter, gartnerei, *gartnerei, baumschule, nursery plants, nurseries, jardinerie,
        jardineria, vivero, vivaio, tuincentrum, hoveniers, landscaping, lawn care, pepiniere,
        zahradnictvi, fridgefreezer""",
    "fuel": """
        gasoline, fuels, diesel, essence station, estacion de servicio, estacion servicio,
        benzinera, carburante, carburanti, distributore carburante, benzina, stazione servizio,
        benzin, benzine, bensin, bensinstation, drivmedel, cerpaci stanice, posto combustivel,
        combustible, combustibles, huoltoasema, charging station, ladestation, ladestrom, ladesaule,
        ev charging, borne recharge, recharge electrique, laadpaal, tanken""",
    "transit": """
        railway, railways, rail, trains, train, train ticket, bahnticket, bahn ticket, zugticket,
        fahrkarte, fahrkarten, fahrschein, fahrausweis, monatskarte, jobticket, nahverkehr,
        *verkehrsbetriebe, verkehrsbetriebe, verkehrsverbund, *verkehrsverbund, stadtbus, bus,
        buses, bus ticket, coach ticket, coaches, tram, tramway, subway ticket, metro, underground,
        metrocard, transit, transit authority, public transport, transports, transports en commun,
        transporte, transportes, autobus, autobuses, ferrocarril, treni, biglietto treno, openbaar
        vervoer, busvervoer, kollektivtrafik, komunikacja miejska, dopravni podnik, ferrovie, hale
        stn, station ticket, seilbahn, bergbahnen""",
    "taxi": """
        taxi, taxis, *taxi, taxizentrale, taxi zentrale, taxifahrt, taxibetrieb, cab, cabs, yellow
        cab, minicab, ride share, rideshare, carsharing, car sharing, autopartage, vtc, remise taxi,
        radio taxi, radiotaxi, bike share, bikeshare, e scooter, escooter""",
    "parking": """
        parkplatz, parkgebuhr, parkgebuhren, parkschein, parkraum, parkraumbewirtschaftung,
        parcheggi, aparcamientos, parkeren, parkeergeld, stationnement, parkovani, pysakointi,
        estacionamento, toll, tolls, toll road, turnpike, maut, autobahn vignette, vignette, peage,
        peaje, pedaggio, autoroute, autoroutes, autopista, autostrada, bompenger""",
    "car": """
        car wash, carwash, autowasche, waschanlage, waschstrasse, waschpark, lavage auto,
        autolavaggio, lavado coches, car repair, auto repair, autoreparatur, kfz, kfz werkstatt,
        autohaus, *autohaus, autowerkstatt, autoservice, auto service, werkstatt, garage auto,
        garage, garages, garagiste, carrosserie, taller, taller mecanico, talleres, autofficina,
        officina, carrozzeria, gommista, autobedrijf, garagebedrijf, apk, reifen, *reifen,
        reifenservice, tyres, tires, tire, tyre, pneus, pneumatici, neumaticos, autoteile, auto
        parts, autoparts, motors, motor factors, car parts, mot test, mot centre, vehicle
        inspection, hauptuntersuchung, controle technique, itv, revisione auto, car dealer,
        concessionnaire, bilverksted, bilverkstad, warsztat, autoservis, road tax, vehicle tax, kfz
        steuer, kraftfahrzeugsteuer, bollo auto, wegenbelasting, motorrijtuigenbelasting, motorbike,
        motorrad, fuhrerschein, fahrschule, driving school, auto ecole, autoescuela, rijschool, spa
        tyres, citroen, renault, peugeot, toyota, volkswagen, mercedes, bmw, opel, skoda, hyundai,
        inspektion""",
    "medical": """
        pharmacies, pharma, chemist, chemists, drugstore, drug store, apotheken, farmacias,
        farmacie, parafarmacia, parapharmacie, apoteek, apotek, apteka, lekarna, apteekki, drogist,
        doctor, doctors, dr med, dr dent, arzt, *arzt, arztpraxis, hausarzt, zahnarzt,
        zahnarztpraxis, arztin, zahnarztin, praxis dr, gemeinschaftspraxis, kieferorthopade,
        orthopade, dentist, dental, dentiste, dentista, clinica dental, tandarts, tandlakare,
        tandlege, tannlege, zubar, stomatolog, medecin, cabinet medical, medico, medica, medical,
        medical center, medical centre, huisarts, fysiotherapie, physiotherapie, *physiotherapie,
        physiotherapy, physio, kinesitherapeute, fisioterapia, osteopath, osteopathie, chiropractor,
        hospital, *klinik, klinikum, klinik, krankenhaus, clinic, clinica, clinique, hopital,
        ospedale, ziekenhuis, sjukhus, szpital, nemocnice, healthcare, health care, health centre,
        urgent care, laboratoire, laboratorio analisi, labor, optician, opticians, optik, *optik,
        optiker, optique, opticien, optica, ottica, optometrist, eyewear, contact lenses,
        kontaktlinsen, hearing aid, horgerate, sanitatshaus, psychotherapie, therapist, therapy,
        psychologist, privatarztliche verrechnungsstelle, pvs, arztrechnung, zahnarztrechnung,
        rechnung arzt, rezept""",
    "fitness": """
        gym, gyms, fitness, *fitness, fitnessstudio, fitness club, health club, sportstudio,
        crossfit, yoga, yogastudio, pilates, personal trainer, sportverein, turnverein,
        schwimmunion, gimnasio, palestra, salle de sport, sportschool, sports club, leisure centre,
        leisure center, swimming, swimming pool, schwimmbad, hallenbad, freibad, *therme, piscine,
        piscina, zwembad, climbing, boulder, bouldering, boulderhalle, kletterhalle, escalade,
        tennis club, tennisclub, golf club, golfclub, football club, fussballverein, kampfsport,
        martial arts, dance studio, tanzschule, gym membership, silownia, posilovna""",
    "beauty": """
        hair, hairdresser, hairdressers, hairdressing, hair salon, hairstyles, barber, barbers,
        barbershop, barber shop, salon, nail, nails, nail bar, nail salon, friseur, *friseur,
        frisor, coiffeur, coiffure, coiffeuse, coiffure salon, haarstudio, haarsalon, peluqueria,
        peluquerias, parrucchiere, parrucchieri, kapper, kapsalon, fryzjer, kadernictvi, parturi,
        kampaamo, frisorsalong, beauty, beauty salon, kosmetik, *kosmetik, kosmetikstudio,
        nagelstudio, institut de beaute, estetica, esteticista, estetista, schoonheidssalon,
        cosmetics, cosmetic, perfumery, parfumerie, *parfumerie, perfumeria, profumeria, drogerie,
        *drogerie, drogeriemarkt, tattoo, massage, massagen, wellness, day spa, waxing, tanning,
        sonnenstudio, solarium, profumi, friseur*""",
    "general": """
        department store, warenhaus, kaufhaus, *kaufhaus, grand magasin, grands magasins, grandes
        almacenes, grandi magazzini, online shop, onlineshop, webshop, shopping, shopping centre,
        shopping center, mall, marketplace, flea market, flohmarkt, second hand, secondhand, thrift
        store, charity shop, discount store, variety store, gift shop, souvenir, souvenirs, bazaar,
        bazar, bricabrac, paketdienst, dhl, dhl paket, deutsche post, royal mail, post office, post
        office counter, usps, ups, fedex, hermes paket, hermes germany, dpd, gls, evri, la poste,
        poste italiane, correos, postnl, bpost, osterreichische post, die post, swiss post,
        postnord, poczta polska, ceska posta, inpost, packstation, stationery, schreibwaren,
        papeterie, papeleria, cartoleria, office supplies, staples, viking direct, copyshop""",
    "clothing": """
        clothing, clothes, fashion, fashions, apparel, boutique, shoes, shoe shop, footwear, schuhe,
        *schuhe, schuhhaus, *schuhhaus, bekleidung, *bekleidung, mode, modehaus, *moden, textilien,
        textil, vetements, chaussures, pret a porter, ropa, zapateria, zapatos, calzados, moda,
        abbigliamento, calzature, scarpe, kleding, schoenen, mode kleding, klader, skor, odziez,
        obuwie, obleceni, obuv, jewellery, jewelry, jeweller, jewellers, jewelers, juwelier,
        *juwelier, bijouterie, bijoux, joyeria, gioielleria, goldschmied, uhren, watches, lingerie,
        underwear, wasche, dessous, tailor, schneiderei, anderungsschneiderei, cordonnerie,
        schuster, schuhmacher, handbags, maroquinerie, workwear, optik mode, menswear, womenswear,
        sneakers""",
    "electronics": """
        electronics, elektronik, *elektronik, electronique, electronica, elettronica, computer,
        computers, computer shop, informatique, informatica, pc shop, laptop, software, software
        license, hosting, web hosting, webhosting, domain, domains, domain renewal, cloud services,
        saas, phone shop, mobile shop, handyshop, phone repair, handy reparatur, hifi, appliances,
        haushaltsgerate, electromenager, electrodomesticos, elettrodomestici, huishoudelijke
        apparaten, camera shop, foto video, printer ink, druckerpatronen, app store, vpn""",
    "subscriptions": """
        streaming, subscription, subscriptions, abonnement, abonnements, *abo, zeitungsabo, abo,
        suscripcion, abbonamento, abonnement tv, tv abo, pay tv, rundfunkbeitrag, rundfunkgebuhr,
        rundfunk beitrag, redevance, kijkgeld, newspaper, zeitung, tageszeitung, zeitschrift,
        magazin abo, journal abonnement, periodico suscripcion, krant abonnement, membership,
        mitgliedschaft, mitgliedsbeitrag, cotisation, cuota socio, contributie, medlemsavgift,
        lidmaatschap""",
    "entertainment": """
        cinema, cinemas, *kino, kino, kinos, movie, movies, movie theater, theater kasse, cine,
        cines, cinema ticket, bioscoop, biograf, kino ticket, theatre, theater, theatres, teatro,
        theatre ticket, schauspielhaus, opera, oper, opernhaus, staatsoper, philharmonie, concert,
        konzert, konzertkasse, konzerthaus, concierto, concerto biglietti, festival, tickets,
        ticketing, ticket shop, event tickets, museum, *museum, musee, museo, museums, gallery,
        galerie, kunsthalle, exhibition, zoo, tierpark, tiergarten, aquarium, theme park,
        freizeitpark, parc attractions, parque atracciones, amusement, bowling, escape room, kart,
        karting, minigolf, lasertag, trampolin, nightlife, discotheque, discoteca, diskothek,
        casino, spielbank, stadium, stadion, arena, billets, billetterie, entradas, raceway""",
    "hobbies": """
        bookshop, bookstore, book shop, books, book store, buchhandlung, *buchhandlung, bucher,
        librairie, libreria, librerias, boekhandel, bokhandel, ksiegarnia, knihkupectvi, livraria,
        livres, comic, comics, games, gaming, video games, videospiele, jeux video, videojuegos,
        board games, brettspiele, lottery, lotterie, loterie, loteria, lotteria, loterij, apuestas,
        scommesse, wetten, sportwetten, betting, bingo, musical instruments, musikhaus, musikschule,
        music school, ecole de musique, instruments, hobby, hobbies, craft, crafts, basteln,
        bastelbedarf, haberdashery, wolle, yarn, mercerie, sporting goods, sports shop,
        sportgeschaft, sporthaus, *sporthaus, sport shop, articles de sport, deportes, sportwinkel,
        bike shop, bicycle, bicycles, cycles, fahrrad, *fahrrad, fahrradladen, zweirad, velo,
        bicicletas, biciclette, fietsen, fietsenwinkel, rijwielen, cykel, outdoor, camping shop,
        angelsport, fishing tackle, modellbau, art supplies, kunstlerbedarf, photography,
        fotostudio, foto, vinyl, records, skischule, skipass, lift pass, forfait ski, reitstall,
        reitverein, riding school, chorverein, kleingartenverein""",
    "flights": """
        airline, airlines, airways, air lines, flight, flights, flug, *flug, fluge, flugticket,
        flugbuchung, flughafen, airport, aeroport, aeropuerto, aeroporto, luchthaven, vol billet,
        billet avion, vuelo, vuelos, volo, vliegticket, travel agency, reiseburo, *reisen, reisen,
        urlaub, holidays, voyages, agence de voyages, voyage, viajes, agencia viajes, viaggi,
        agenzia viaggi, reisbureau, reizen, resor, rejser, biuro podrozy, cestovni kancelar,
        vacations, cruise, cruises, kreuzfahrt, kreuzfahrten, croisiere, crucero, crociera, ferry,
        ferries, fahre, ferryboat, traghetti, car rental, rent a car, rentacar, car hire, mietwagen,
        autovermietung, location voiture, alquiler coches, autonoleggio, noleggio auto, autoverhuur,
        duty free, dutyfree, travel, tours, tour operator, visa fee embassy, excursion, excursions""",
    "lodging": """
        hotels, *hotel, hotel restaurant, hotel bar, hostel, hostels, hotell, hotelli, motel,
        motels, inn suites, resort, resorts, suites, pension zimmer, gastehaus, ferienwohnung,
        ferienhaus, fewo, gite, gites, chambre hote, chambres hotes, auberge, auberge de jeunesse,
        albergue, hostal, parador, albergo, agriturismo, bed breakfast, bed and breakfast, b&b,
        guest house, guesthouse, lodge, campsite, campground, campingplatz, camping, koa campground,
        vacation rental, holiday cottage, holiday cottages, vakantiehuis, vakantiepark,
        bungalowpark, penzion, schronisko, kurtaxe, city tax hotel, ubernachtung, accommodation""",
}
"""By category slug; comma-separated."""
