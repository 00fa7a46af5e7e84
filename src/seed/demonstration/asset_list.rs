//! The places of the demonstration.

/// An asset.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Short name.
    pub slug: &'static str,
    /// Short name of the asset above it.
    pub parent: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Months between audits.
    pub months: Option<i64>,
    /// Profile.
    pub profile: &'static str,
    /// What its profile says of it: maker, goods or address.
    pub note: &'static str,
    /// Whether it is shown first.
    pub pinned: bool,
}

macro_rules! places {
    ($($slug:literal $parent:literal $kind:literal $name:literal $description:literal $months:expr, $profile:literal
        $note:literal $pinned:literal;)*) => {
        /// All assets, each after the one above it.
        pub const PLACES: &[Place] = &[$(Place {
            slug: $slug, parent: $parent, kind: $kind, name: $name, description: $description, months: $months,
            profile: $profile, note: $note, pinned: $pinned,
        },)*];
    };
}

places! {
    "rotterdam-plant" "" "SITE" "Rotterdam plant" "Frozen fish products: frying, freezing and packing."
        Some(6), "" "" true;
    "raw-intake" "rotterdam-plant" "AREA" "Raw material intake" "Docks 1 to 4 and the inspection room."
        Some(0), "" "" false;
    "frying-hall" "rotterdam-plant" "AREA" "Frying hall" "Breading, frying and spiral freezing." Some(0), "" "" false;
    "packing-hall" "rotterdam-plant" "AREA" "Packing hall" "Retail and catering packs." Some(0), "" "" false;
    "cold-store-1" "rotterdam-plant" "AREA" "Cold store 1" "Raw fish, -22 °C." Some(12), "" "" false;
    "cold-store-2" "rotterdam-plant" "AREA" "Cold store 2" "Finished goods, -24 °C." Some(12), "" "" false;
    "laboratory" "rotterdam-plant" "AREA" "Laboratory" "Chemistry and microbiology." Some(0), "" "" false;
    "waste-yard" "rotterdam-plant" "AREA" "Waste yard" "Separated waste and used oil." Some(0), "" "" false;
    "weighbridge" "raw-intake" "EQUIPMENT" "Weighbridge" "60 t, calibrated every year."
        Some(0), "Machine" "Mettler" false;
    "fryer-line-1" "frying-hall" "EQUIPMENT" "Fryer line 1" "Fish fingers, 2.4 t an hour."
        Some(6), "Machine" "Heat and Control" false;
    "fryer-line-2" "frying-hall" "EQUIPMENT" "Fryer 2" "Breaded fillets." Some(12), "Machine" "Heat and Control" false;
    "oil-filter" "frying-hall" "EQUIPMENT" "Oil filtration unit" "Serves both fryers."
        Some(0), "Machine" "Filtercorp" false;
    "spiral-freezer" "frying-hall" "EQUIPMENT" "Spiral freezer" "-38 °C, 3 t an hour." None, "Machine" "GEA" false;
    "packing-line-a" "packing-hall" "EQUIPMENT" "Packing line A" "Cartons of 250 to 750 g."
        Some(0), "Machine" "Bosch" false;
    "packing-line-b" "packing-hall" "EQUIPMENT" "Packing line B" "Catering bags of 2.5 kg."
        Some(0), "Machine" "Ishida" false;
    "metal-detector-3" "packing-hall" "EQUIPMENT" "Metal detector MD-3" "End of line A."
        Some(6), "Machine" "Loma" false;
    "checkweigher-2" "packing-hall" "EQUIPMENT" "Checkweigher CW-2" "End of line A." Some(0), "Machine" "Ishida" false;
    "palletizer-1" "packing-hall" "EQUIPMENT" "Palletizer P-1" "Both lines." Some(0), "Machine" "Kuka" false;
    "compressor-7" "cold-store-2" "EQUIPMENT" "Compressor K-7" "Ammonia, 180 kW." Some(12), "Machine" "Mayekawa" false;
    "forklift-12" "raw-intake" "EQUIPMENT" "Forklift F-12" "Electric, 2.5 t." Some(12), "Machine" "Linde" false;
    "aberdeen-smokehouse" "" "SITE" "Aberdeen smokehouse" "Smoked salmon, trout and mackerel." Some(6), "" "" true;
    "filleting-room" "aberdeen-smokehouse" "AREA" "Filleting room" "High care zone." Some(0), "" "" false;
    "kilns" "aberdeen-smokehouse" "AREA" "Smoking kilns" "Four kilns over beech and oak." Some(0), "" "" false;
    "vacuum-packing" "aberdeen-smokehouse" "AREA" "Vacuum packing" "Slicing and packing." Some(0), "" "" false;
    "kiln-1" "kilns" "EQUIPMENT" "Kiln 1" "Cold smoke, 600 kg a batch." Some(6), "Machine" "Maurer" false;
    "kiln-2" "kilns" "EQUIPMENT" "Kiln 2" "Hot smoke, 600 kg a batch." Some(6), "Machine" "Maurer" false;
    "filleting-machine-2" "filleting-room" "EQUIPMENT" "Filleting machine FM-2" "25 fish a minute."
        Some(0), "Machine" "Baader" false;
    "ice-machine" "filleting-room" "EQUIPMENT" "Ice machine" "Flake ice, 5 t a day." Some(0), "Machine" "Ziegra" false;
    "vacuum-packer-5" "vacuum-packing" "EQUIPMENT" "Vacuum packer VP-5" "Skin packs."
        Some(0), "Machine" "Multivac" false;
    "gdynia-cannery" "" "SITE" "Gdynia cannery" "Herring and sprats in oil and tomato." Some(6), "" "" true;
    "filling" "gdynia-cannery" "AREA" "Filling" "Cans of 125 and 170 g." Some(0), "" "" false;
    "sterilization" "gdynia-cannery" "AREA" "Sterilization" "Three retorts." Some(0), "" "" false;
    "labelling" "gdynia-cannery" "AREA" "Labelling" "Labels, shrink wrap, pallets." Some(0), "" "" false;
    "seamer-4" "filling" "EQUIPMENT" "Seamer S-4" "240 cans a minute." None, "Machine" "Angelus" false;
    "retort-1" "sterilization" "EQUIPMENT" "Retort 1" "Water spray, 4 baskets." Some(6), "Machine" "Steriflow" false;
    "retort-2" "sterilization" "EQUIPMENT" "Retort 2" "Water spray, 4 baskets." Some(6), "Machine" "Steriflow" false;
    "retort-3" "sterilization" "EQUIPMENT" "Retort 3" "Out of use since the new retorts."
        Some(0), "Machine" "Lubeca" false;
    "labeller-2" "labelling" "EQUIPMENT" "Labeller L-2" "Paper labels." Some(0), "Machine" "Krones" false;
    "head-office" "" "SITE" "Head office" "Management, sales, systems." None, "" "" false;
    "canteen" "head-office" "AREA" "Canteen" "120 seats." Some(0), "" "" false;
    "server-room" "head-office" "AREA" "Server room" "Two racks." Some(12), "" "" false;
    "web-shop" "" "PRODUCT" "Web shop" "shop.harbour-foods.example: smoked fish to the door."
        Some(6), "Digital product" "https://shop.harbour-foods.example" true;
    "checkout" "web-shop" "AREA" "Checkout" "Basket, delivery slot, payment." Some(0), "" "" false;
    "product-catalogue" "web-shop" "AREA" "Product catalogue" "Search, filters, product pages." Some(0), "" "" false;
    "customer-account" "web-shop" "AREA" "Customer account" "Orders and addresses." Some(0), "" "" false;
    "mobile-app" "" "PRODUCT" "Mobile app" "Orders and recipes on phones."
        Some(6), "Digital product" "https://app.harbour-foods.example" false;
    "supplier-portal" "" "PRODUCT" "Supplier portal" "Specifications and certificates."
        Some(12), "Digital product" "https://suppliers.harbour-foods.example" false;
    "recipe-site" "" "PRODUCT" "Recipe site" "Closed; its recipes moved to the app."
        Some(12), "Digital product" "https://recipes.harbour-foods.example" false;
    "waalhaven-warehouse" "" "LOCATION" "Waalhaven warehouse" "Frozen finished goods, 4,200 pallets."
        Some(3), "" "" true;
    "gdynia-store" "" "LOCATION" "Gdynia finished goods store" "Cans, dry, 1,800 pallets." Some(3), "" "" false;
    "fleet" "" "OTHER" "Vehicle fleet" "Reefer trucks of our own." Some(0), "" "" false;
    "truck-01" "fleet" "EQUIPMENT" "Reefer truck HF-01" "18 t, two zones." Some(6), "Machine" "Volvo" false;
    "truck-02" "fleet" "EQUIPMENT" "Reefer truck HF-02" "18 t, two zones." Some(6), "Machine" "Volvo" false;
    "truck-03" "fleet" "EQUIPMENT" "Reefer truck HF-03" "7.5 t, city." Some(6), "Machine" "Iveco" false;
    "suppliers" "" "OTHER" "Approved suppliers" "Who may deliver to us." Some(0), "" "" false;
    "north-sea-trawlers" "suppliers" "SUPPLIER" "North Sea Trawlers" "Cod, plaice and haddock, frozen at sea."
        None, "Supplier" "Fish" false;
    "baltic-herring" "suppliers" "SUPPLIER" "Baltic Herring Co-operative" "Herring and sprats."
        None, "Supplier" "Fish" false;
    "fjord-salmon" "suppliers" "SUPPLIER" "Fjord Salmon" "Farmed salmon, head on gutted." None, "Supplier" "Fish" false;
    "oleo-verde" "suppliers" "SUPPLIER" "Oleo Verde" "Rapeseed and sunflower oil." None, "Supplier" "Ingredients" false;
    "saltworks" "suppliers" "SUPPLIER" "Saltworks Marennes" "Sea salt." None, "Supplier" "Ingredients" false;
    "spice-route" "suppliers" "SUPPLIER" "Spice Route Trading" "Pepper, dill and mustard seed."
        None, "Supplier" "Ingredients" false;
    "packright" "suppliers" "SUPPLIER" "PackRight Cartons" "Folding cartons." None, "Supplier" "Packaging" false;
    "canmakers" "suppliers" "SUPPLIER" "CanMakers" "Two-piece cans." None, "Supplier" "Packaging" false;
    "frost-logistics" "suppliers" "SUPPLIER" "Frost Logistics" "Frozen transport." None, "Supplier" "Services" false;
    "sparkleclean" "suppliers" "SUPPLIER" "SparkleClean" "Cleaning of the plants at night."
        None, "Supplier" "Services" false;
}

/// Where an asset is.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// Short name of the asset.
    pub slug: &'static str,
    /// Street and number.
    pub street: &'static str,
    /// Town.
    pub city: &'static str,
    /// Province or county.
    pub region: &'static str,
    /// Postal code.
    pub postal_code: &'static str,
    /// Country.
    pub country: &'static str,
    /// Telephone.
    pub phone: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

macro_rules! addresses {
    ($($slug:literal $street:literal $city:literal $region:literal $postal_code:literal $country:literal $phone:literal
        $latitude:literal $longitude:literal;)*) => {
        /// All addresses.
        pub const ADDRESSES: &[Address] = &[$(Address {
            slug: $slug, street: $street, city: $city, region: $region, postal_code: $postal_code, country: $country,
            phone: $phone, latitude: $latitude, longitude: $longitude,
        },)*];
    };
}

addresses! {
    "rotterdam-plant" "Visserijweg 18" "Rotterdam" "South Holland" "3089 JA" "Netherlands" "+31 10 555 0118"
        51.885 4.447;
    "aberdeen-smokehouse" "Old Torry Road 7" "Aberdeen" "Aberdeenshire" "AB11 8DD" "United Kingdom" "+44 1224 555 017"
        57.139 -2.079;
    "gdynia-cannery" "Ulica Rybacka 44" "Gdynia" "Pomerania" "81-340" "Poland" "+48 58 555 0144" 54.531 18.553;
    "head-office" "Wilhelminakade 301" "Rotterdam" "South Holland" "3072 AR" "Netherlands" "+31 10 555 0100"
        51.906 4.487;
    "waalhaven-warehouse" "Waalhaven Noordzijde 60" "Rotterdam" "South Holland" "3087 BL" "Netherlands"
        "+31 10 555 0160" 51.893 4.452;
    "gdynia-store" "Ulica Rybacka 46" "Gdynia" "Pomerania" "81-340" "Poland" "+48 58 555 0146" 54.531 18.556;
    "north-sea-trawlers" "Havenkade 3" "IJmuiden" "North Holland" "1976 CA" "Netherlands" "+31 255 555 003"
        52.459 4.585;
    "baltic-herring" "Sadamatee 12" "Pärnu" "Pärnumaa" "80012" "Estonia" "+372 555 0012" 58.383 24.493;
    "fjord-salmon" "Sjøgata 21" "Bodø" "Nordland" "8006" "Norway" "+47 755 50 021" 67.283 14.379;
    "packright" "Kartonweg 9" "Zwolle" "Overijssel" "8028 PM" "Netherlands" "+31 38 555 0009" 52.534 6.119;
}

/// An audit area.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Name.
    pub name: &'static str,
    /// What it covers.
    pub description: &'static str,
    /// Kind of audit held there.
    pub audit_type: &'static str,
    /// Score below which an audit has failed.
    pub threshold: i64,
    /// Short name of the asset.
    pub asset: &'static str,
    /// Organizational unit.
    pub unit: &'static str,
    /// Who leads it.
    pub leader: &'static str,
}

macro_rules! areas {
    ($($name:literal $description:literal $audit_type:literal $threshold:literal $asset:literal $unit:literal
        $leader:literal;)*) => {
        /// All audit areas.
        pub const AREAS: &[Area] = &[$(Area {
            name: $name, description: $description, audit_type: $audit_type, threshold: $threshold, asset: $asset,
            unit: $unit, leader: $leader,
        },)*];
    };
}

areas! {
    "Frying" "Fryers, filters and freezer." "general" 80 "frying-hall" "RTM-FRY" "mia.member";
    "Packing" "Lines A and B." "sixs" 75 "packing-hall" "RTM-PACK" "mia.member";
    "Rotterdam safety" "The whole plant." "hse" 85 "rotterdam-plant" "RTM" "tom.fraser";
    "Smokehouse" "Filleting, kilns and packing." "general" 80 "aberdeen-smokehouse" "ABZ" "fiona.reid";
    "Cannery" "From filling to labelling." "general" 80 "gdynia-cannery" "GDN" "piotr.nowak";
    "Waalhaven" "All bins." "inventory" 80 "waalhaven-warehouse" "LOG" "hanna.schulz";
    "Old boning room" "Closed with the rebuild." "closed" 70 "raw-intake" "RTM" "mia.member";
}
