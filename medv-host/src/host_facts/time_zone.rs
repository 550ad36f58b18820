//! Time zones: the names of the IANA database, those of Windows (as the Unicode project's CLDR maps them), and the numbers
//! that Sysprep of Windows XP has for those that it knew.

use medv_protocol::TimeZoneAnswer;

/// Windows' name, XP's number, and the IANA names; the first of them stands for all.
type Row = (&'static str, Option<u16>, &'static str);

/// The zone of an IANA name.
#[cfg(any(unix, test))]
pub(super) fn of_iana(name: &str) -> TimeZoneAnswer {
    let row = ROWS.iter().find(|(_, _, names)| names.split_whitespace().any(|each| each == name));
    TimeZoneAnswer { iana: name.to_owned(), windows: row.map(|(windows, _, _)| (*windows).to_owned()) }
}

/// The zone of a name that Windows has.
#[cfg(any(windows, test))]
pub(super) fn of_windows(name: &str) -> Option<TimeZoneAnswer> {
    let (windows, _, names) = ROWS.iter().find(|(windows, _, _)| *windows == name)?;
    let iana = names.split_whitespace().next()?.to_owned();
    Some(TimeZoneAnswer { iana, windows: Some((*windows).to_owned()) })
}

/// The number of a zone in Sysprep of Windows XP. Every later Windows knows the zones that have one; others came with
/// later versions and updates.
pub fn xp_number(windows: &str) -> Option<u16> {
    ROWS.iter().find(|(name, _, _)| *name == windows)?.1
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("Afghanistan Standard Time", Some(175), "Asia/Kabul"),
    (
        "Alaskan Standard Time",
        Some(3),
        "America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka \
         America/Yakutat US/Alaska",
    ),
    (
        "Alberta Standard Time",
        None,
        "America/Edmonton America/Inuvik America/Yellowknife Canada/Mountain",
    ),
    ("Aleutian Standard Time", None, "America/Adak America/Atka US/Aleutian"),
    ("Altai Standard Time", None, "Asia/Barnaul"),
    ("Arab Standard Time", Some(150), "Asia/Riyadh Asia/Aden Asia/Bahrain Asia/Kuwait Asia/Qatar"),
    ("Arabian Standard Time", Some(165), "Asia/Dubai Asia/Muscat Etc/GMT-4"),
    ("Arabic Standard Time", Some(158), "Asia/Baghdad"),
    (
        "Argentina Standard Time",
        None,
        "America/Buenos_Aires America/Argentina/Buenos_Aires America/Argentina/Catamarca \
         America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy \
         America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos \
         America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis \
         America/Argentina/Tucuman America/Argentina/Ushuaia America/Catamarca America/Cordoba \
         America/Jujuy America/Mendoza America/Rosario",
    ),
    ("Astrakhan Standard Time", None, "Europe/Astrakhan Europe/Ulyanovsk"),
    (
        "Atlantic Standard Time",
        Some(50),
        "America/Halifax America/Glace_Bay America/Goose_Bay America/Moncton America/Thule \
         Atlantic/Bermuda Canada/Atlantic",
    ),
    ("AUS Central Standard Time", Some(245), "Australia/Darwin Australia/North"),
    ("Aus Central W. Standard Time", None, "Australia/Eucla"),
    (
        "AUS Eastern Standard Time",
        Some(255),
        "Australia/Sydney Australia/ACT Australia/Canberra Australia/Melbourne Australia/NSW \
         Australia/Victoria",
    ),
    ("Azerbaijan Standard Time", None, "Asia/Baku"),
    ("Azores Standard Time", Some(80), "Atlantic/Azores America/Scoresbysund"),
    ("Bahia Standard Time", None, "America/Bahia"),
    ("Bangladesh Standard Time", None, "Asia/Dhaka Asia/Dacca Asia/Thimbu Asia/Thimphu"),
    ("Belarus Standard Time", None, "Europe/Minsk"),
    ("Bougainville Standard Time", None, "Pacific/Bougainville"),
    ("British Columbia Standard Time", None, "America/Vancouver Canada/Pacific"),
    (
        "Canada Central Standard Time",
        Some(25),
        "America/Regina America/Swift_Current Canada/Saskatchewan",
    ),
    ("Cape Verde Standard Time", Some(83), "Atlantic/Cape_Verde Etc/GMT+1"),
    ("Caucasus Standard Time", Some(170), "Asia/Yerevan"),
    (
        "Cen. Australia Standard Time",
        Some(250),
        "Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna",
    ),
    (
        "Central America Standard Time",
        Some(33),
        "America/Guatemala America/Belize America/Costa_Rica America/El_Salvador America/Managua \
         America/Tegucigalpa Etc/GMT+6 Pacific/Galapagos",
    ),
    (
        "Central Asia Standard Time",
        Some(195),
        "Asia/Bishkek Antarctica/Vostok Asia/Kashgar Asia/Urumqi Etc/GMT-6 Indian/Chagos",
    ),
    ("Central Brazilian Standard Time", None, "America/Cuiaba America/Campo_Grande"),
    (
        "Central Europe Standard Time",
        Some(95),
        "Europe/Budapest Europe/Belgrade Europe/Bratislava Europe/Ljubljana Europe/Podgorica \
         Europe/Prague Europe/Tirane",
    ),
    (
        "Central European Standard Time",
        Some(100),
        "Europe/Warsaw Europe/Sarajevo Europe/Skopje Europe/Zagreb Poland",
    ),
    (
        "Central Pacific Standard Time",
        Some(280),
        "Pacific/Guadalcanal Antarctica/Casey Etc/GMT-11 Pacific/Efate Pacific/Kosrae Pacific/Noumea \
         Pacific/Pohnpei Pacific/Ponape",
    ),
    (
        "Central Standard Time",
        Some(20),
        "America/Chicago America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN \
         America/Matamoros America/Menominee America/North_Dakota/Beulah America/North_Dakota/Center \
         America/North_Dakota/New_Salem America/Ojinaga America/Rankin_Inlet America/Resolute \
         US/Central US/Indiana-Starke",
    ),
    (
        "Central Standard Time (Mexico)",
        Some(30),
        "America/Mexico_City America/Bahia_Banderas America/Chihuahua America/Merida \
         America/Monterrey Mexico/General",
    ),
    ("Chatham Islands Standard Time", None, "Pacific/Chatham NZ-CHAT"),
    (
        "China Standard Time",
        Some(210),
        "Asia/Shanghai Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Hong_Kong Asia/Macao Asia/Macau \
         Hongkong PRC",
    ),
    ("Cuba Standard Time", None, "America/Havana Cuba"),
    ("Dateline Standard Time", Some(0), "Etc/GMT+12"),
    (
        "E. Africa Standard Time",
        Some(155),
        "Africa/Nairobi Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam \
         Africa/Djibouti Africa/Kampala Africa/Mogadishu Antarctica/Syowa Etc/GMT-3 \
         Indian/Antananarivo Indian/Comoro Indian/Mayotte",
    ),
    (
        "E. Australia Standard Time",
        Some(260),
        "Australia/Brisbane Australia/Lindeman Australia/Queensland",
    ),
    ("E. Europe Standard Time", Some(115), "Europe/Chisinau Europe/Tiraspol"),
    ("E. South America Standard Time", Some(65), "America/Sao_Paulo Brazil/East"),
    ("Easter Island Standard Time", None, "Pacific/Easter Chile/EasterIsland"),
    (
        "Eastern Standard Time",
        Some(35),
        "America/New_York America/Detroit America/Indiana/Petersburg America/Indiana/Vincennes \
         America/Indiana/Winamac America/Iqaluit America/Kentucky/Louisville \
         America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau \
         America/Nipigon America/Pangnirtung America/Thunder_Bay America/Toronto Canada/Eastern \
         US/Eastern US/Michigan",
    ),
    ("Eastern Standard Time (Mexico)", None, "America/Cancun"),
    ("Egypt Standard Time", Some(120), "Africa/Cairo Egypt"),
    ("Ekaterinburg Standard Time", Some(180), "Asia/Yekaterinburg"),
    ("Fiji Standard Time", Some(285), "Pacific/Fiji"),
    (
        "FLE Standard Time",
        Some(125),
        "Europe/Kiev Europe/Helsinki Europe/Kyiv Europe/Mariehamn Europe/Riga Europe/Sofia \
         Europe/Tallinn Europe/Vilnius",
    ),
    ("Georgian Standard Time", None, "Asia/Tbilisi"),
    (
        "GMT Standard Time",
        Some(85),
        "Europe/London Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Eire \
         Europe/Belfast Europe/Dublin Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon \
         GB GB-Eire Portugal WET",
    ),
    ("Greenland Standard Time", Some(73), "America/Godthab America/Nuuk"),
    (
        "Greenwich Standard Time",
        Some(90),
        "Atlantic/Reykjavik Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau \
         Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott \
         Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/St_Helena Iceland",
    ),
    (
        "GTB Standard Time",
        Some(130),
        "Europe/Bucharest Asia/Famagusta Asia/Nicosia EET Europe/Athens Europe/Nicosia",
    ),
    ("Haiti Standard Time", None, "America/Port-au-Prince"),
    (
        "Hawaiian Standard Time",
        Some(2),
        "Pacific/Honolulu Etc/GMT+10 HST Pacific/Johnston Pacific/Rarotonga Pacific/Tahiti US/Hawaii",
    ),
    ("India Standard Time", Some(190), "Asia/Calcutta Asia/Kolkata"),
    ("Iran Standard Time", Some(160), "Asia/Tehran Iran"),
    ("Israel Standard Time", Some(135), "Asia/Jerusalem Asia/Tel_Aviv Israel"),
    ("Jordan Standard Time", None, "Asia/Amman"),
    ("Kaliningrad Standard Time", None, "Europe/Kaliningrad"),
    ("Korea Standard Time", Some(230), "Asia/Seoul ROK"),
    ("Libya Standard Time", None, "Africa/Tripoli Libya"),
    ("Line Islands Standard Time", None, "Pacific/Kiritimati Etc/GMT-14"),
    ("Lord Howe Standard Time", None, "Australia/Lord_Howe Australia/LHI"),
    ("Magadan Standard Time", None, "Asia/Magadan"),
    ("Magallanes Standard Time", None, "America/Punta_Arenas America/Coyhaique"),
    ("Manitoba Standard Time", None, "America/Winnipeg America/Rainy_River Canada/Central"),
    ("Marquesas Standard Time", None, "Pacific/Marquesas"),
    ("Mauritius Standard Time", None, "Indian/Mauritius Indian/Mahe Indian/Reunion"),
    ("Middle East Standard Time", None, "Asia/Beirut"),
    ("Montevideo Standard Time", None, "America/Montevideo"),
    ("Morocco Standard Time", None, "Africa/Casablanca Africa/El_Aaiun"),
    (
        "Mountain Standard Time",
        Some(10),
        "America/Denver America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Shiprock \
         Navajo US/Mountain",
    ),
    ("Mountain Standard Time (Mexico)", Some(13), "America/Mazatlan Mexico/BajaSur"),
    ("Myanmar Standard Time", Some(203), "Asia/Rangoon Asia/Yangon Indian/Cocos"),
    ("N. Central Asia Standard Time", Some(201), "Asia/Novosibirsk"),
    ("Namibia Standard Time", None, "Africa/Windhoek"),
    ("Nepal Standard Time", Some(193), "Asia/Katmandu Asia/Kathmandu"),
    (
        "New Zealand Standard Time",
        Some(290),
        "Pacific/Auckland Antarctica/McMurdo Antarctica/South_Pole NZ",
    ),
    ("Newfoundland Standard Time", Some(60), "America/St_Johns Canada/Newfoundland"),
    ("Norfolk Standard Time", None, "Pacific/Norfolk"),
    ("North Asia East Standard Time", Some(227), "Asia/Irkutsk"),
    ("North Asia Standard Time", Some(207), "Asia/Krasnoyarsk Asia/Novokuznetsk"),
    ("North Korea Standard Time", None, "Asia/Pyongyang"),
    ("Omsk Standard Time", None, "Asia/Omsk"),
    ("Pacific SA Standard Time", Some(56), "America/Santiago Chile/Continental"),
    ("Pacific Standard Time", Some(4), "America/Los_Angeles US/Pacific"),
    (
        "Pacific Standard Time (Mexico)",
        None,
        "America/Tijuana America/Ensenada America/Santa_Isabel Mexico/BajaNorte",
    ),
    ("Pakistan Standard Time", None, "Asia/Karachi"),
    ("Paraguay Standard Time", None, "America/Asuncion"),
    ("Qyzylorda Standard Time", None, "Asia/Qyzylorda"),
    (
        "Romance Standard Time",
        Some(105),
        "Europe/Paris Africa/Ceuta CET Europe/Brussels Europe/Copenhagen Europe/Madrid MET",
    ),
    ("Russia Time Zone 10", None, "Asia/Srednekolymsk"),
    ("Russia Time Zone 11", None, "Asia/Kamchatka Asia/Anadyr"),
    ("Russia Time Zone 3", None, "Europe/Samara"),
    ("Russian Standard Time", Some(145), "Europe/Moscow Europe/Kirov Europe/Simferopol W-SU"),
    (
        "SA Eastern Standard Time",
        Some(70),
        "America/Cayenne America/Belem America/Fortaleza America/Maceio America/Paramaribo \
         America/Recife America/Santarem Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley \
         Etc/GMT+3",
    ),
    (
        "SA Pacific Standard Time",
        Some(45),
        "America/Bogota America/Atikokan America/Cayman America/Coral_Harbour America/Eirunepe \
         America/Guayaquil America/Jamaica America/Lima America/Panama America/Porto_Acre \
         America/Rio_Branco Brazil/Acre EST Etc/GMT+5 Jamaica",
    ),
    (
        "SA Western Standard Time",
        Some(55),
        "America/La_Paz America/Anguilla America/Antigua America/Aruba America/Barbados \
         America/Blanc-Sablon America/Boa_Vista America/Curacao America/Dominica America/Grenada \
         America/Guadeloupe America/Guyana America/Kralendijk America/Lower_Princes America/Manaus \
         America/Marigot America/Martinique America/Montserrat America/Port_of_Spain \
         America/Porto_Velho America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy \
         America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola \
         America/Virgin Brazil/West Etc/GMT+4",
    ),
    ("Saint Pierre Standard Time", None, "America/Miquelon"),
    ("Sakhalin Standard Time", None, "Asia/Sakhalin"),
    ("Samoa Standard Time", Some(1), "Pacific/Apia"),
    ("Sao Tome Standard Time", None, "Africa/Sao_Tome"),
    ("Saratov Standard Time", None, "Europe/Saratov"),
    (
        "SE Asia Standard Time",
        Some(205),
        "Asia/Bangkok Antarctica/Davis Asia/Ho_Chi_Minh Asia/Jakarta Asia/Phnom_Penh Asia/Pontianak \
         Asia/Saigon Asia/Vientiane Etc/GMT-7 Indian/Christmas",
    ),
    (
        "Singapore Standard Time",
        Some(215),
        "Asia/Singapore Asia/Brunei Asia/Kuala_Lumpur Asia/Kuching Asia/Makassar Asia/Manila \
         Asia/Ujung_Pandang Etc/GMT-8 Singapore",
    ),
    (
        "South Africa Standard Time",
        Some(140),
        "Africa/Johannesburg Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare \
         Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane \
         Etc/GMT-2",
    ),
    ("South Sudan Standard Time", None, "Africa/Juba"),
    ("Sri Lanka Standard Time", Some(200), "Asia/Colombo"),
    ("Sudan Standard Time", None, "Africa/Khartoum"),
    ("Syria Standard Time", None, "Asia/Damascus"),
    ("Taipei Standard Time", Some(220), "Asia/Taipei ROC"),
    (
        "Tasmania Standard Time",
        Some(265),
        "Australia/Hobart Antarctica/Macquarie Australia/Currie Australia/Tasmania",
    ),
    ("Tocantins Standard Time", None, "America/Araguaina"),
    (
        "Tokyo Standard Time",
        Some(235),
        "Asia/Tokyo Asia/Dili Asia/Jayapura Etc/GMT-9 Japan Pacific/Palau",
    ),
    ("Tomsk Standard Time", None, "Asia/Tomsk"),
    ("Tonga Standard Time", Some(300), "Pacific/Tongatapu"),
    ("Transbaikal Standard Time", None, "Asia/Chita"),
    ("Turkey Standard Time", None, "Europe/Istanbul Asia/Istanbul Turkey"),
    ("Turks And Caicos Standard Time", None, "America/Grand_Turk"),
    ("Ulaanbaatar Standard Time", None, "Asia/Ulaanbaatar Asia/Choibalsan Asia/Ulan_Bator"),
    (
        "US Eastern Standard Time",
        Some(40),
        "America/Indianapolis America/Fort_Wayne America/Indiana/Indianapolis America/Indiana/Marengo \
         America/Indiana/Vevay",
    ),
    (
        "US Mountain Standard Time",
        Some(15),
        "America/Phoenix America/Creston America/Dawson_Creek America/Fort_Nelson America/Hermosillo \
         Etc/GMT+7 MST US/Arizona",
    ),
    (
        "UTC",
        None,
        "Etc/UTC Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/Universal Etc/Zulu \
         GMT+0 GMT-0 GMT0 Greenwich UCT UTC Universal Zulu",
    ),
    (
        "UTC+12",
        None,
        "Etc/GMT-12 Kwajalein Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro Pacific/Nauru \
         Pacific/Tarawa Pacific/Wake Pacific/Wallis",
    ),
    ("UTC+13", None, "Etc/GMT-13 Pacific/Enderbury Pacific/Fakaofo Pacific/Kanton"),
    ("UTC-02", None, "Etc/GMT+2 America/Noronha Atlantic/South_Georgia Brazil/DeNoronha"),
    ("UTC-08", None, "Etc/GMT+8 Pacific/Pitcairn"),
    ("UTC-09", None, "Etc/GMT+9 Pacific/Gambier"),
    ("UTC-11", None, "Etc/GMT+11 Pacific/Midway Pacific/Niue Pacific/Pago_Pago Pacific/Samoa US/Samoa"),
    ("Venezuela Standard Time", None, "America/Caracas"),
    ("Vladivostok Standard Time", Some(270), "Asia/Vladivostok Asia/Ust-Nera"),
    ("Volgograd Standard Time", None, "Europe/Volgograd"),
    ("W. Australia Standard Time", Some(225), "Australia/Perth Australia/West"),
    (
        "W. Central Africa Standard Time",
        Some(113),
        "Africa/Lagos Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa \
         Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey \
         Africa/Porto-Novo Africa/Tunis Etc/GMT-1",
    ),
    (
        "W. Europe Standard Time",
        Some(110),
        "Europe/Berlin Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Amsterdam Europe/Andorra \
         Europe/Busingen Europe/Gibraltar Europe/Luxembourg Europe/Malta Europe/Monaco Europe/Oslo \
         Europe/Rome Europe/San_Marino Europe/Stockholm Europe/Vaduz Europe/Vatican Europe/Vienna \
         Europe/Zurich",
    ),
    ("W. Mongolia Standard Time", None, "Asia/Hovd"),
    (
        "West Asia Standard Time",
        Some(185),
        "Asia/Tashkent Antarctica/Mawson Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Ashgabat \
         Asia/Ashkhabad Asia/Atyrau Asia/Dushanbe Asia/Oral Asia/Qostanay Asia/Samarkand Etc/GMT-5 \
         Indian/Kerguelen Indian/Maldives",
    ),
    ("West Bank Standard Time", None, "Asia/Hebron Asia/Gaza"),
    (
        "West Pacific Standard Time",
        Some(275),
        "Pacific/Port_Moresby Antarctica/DumontDUrville Etc/GMT-10 Pacific/Chuuk Pacific/Guam \
         Pacific/Saipan Pacific/Truk Pacific/Yap",
    ),
    ("Yakutsk Standard Time", Some(240), "Asia/Yakutsk Asia/Khandyga"),
    ("Yukon Standard Time", None, "America/Whitehorse America/Dawson Canada/Yukon"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_lead_to_windows_names_and_numbers() {
        for (iana, windows, number) in [
            ("Europe/Berlin", "W. Europe Standard Time", Some(110)),
            ("Asia/Calcutta", "India Standard Time", Some(190)),
            ("Asia/Kolkata", "India Standard Time", Some(190)),
            ("America/New_York", "Eastern Standard Time", Some(35)),
            ("Europe/Saratov", "Saratov Standard Time", None),
        ] {
            assert_eq!(of_iana(iana).windows.as_deref(), Some(windows));
            assert_eq!(xp_number(windows), number);
        }
        assert_eq!(of_iana("Mars/Olympus_Mons").windows, None);
        assert_eq!(of_windows("W. Europe Standard Time"), Some(of_iana("Europe/Berlin")));
    }

    #[test]
    fn no_name_and_no_number_stands_twice() {
        let (mut windows, mut numbers, mut iana) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (name, number, names) in ROWS {
            assert!(windows.insert(name), "{name}");
            assert!(number.is_none_or(|number| numbers.insert(number)), "{name}");
            for each in names.split_whitespace() {
                assert!(iana.insert(each), "{each}");
            }
        }
        assert_eq!(numbers.len(), 74);
    }
}
