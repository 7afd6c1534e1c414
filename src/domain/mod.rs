//! Words and rules, the same in the browser and on the server: no I/O, no clock, no framework.

/// An enum whose variants are stored, sent and put in URLs as fixed words.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that is stored and sent.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The value of a stored or sent word; `None` for any other.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

pub mod actor;
pub mod ago;
pub mod approval;
pub mod asker;
pub mod audit;
mod authority;
pub mod check;
pub mod choosing;
pub mod compromise;
pub mod counted;
pub mod credential;
pub mod credential_form;
pub mod credential_page;
pub mod definition;
pub mod delivery;
pub mod departure;
pub mod doubt;
pub mod expiry;
pub mod finding;
pub mod first_steps;
pub mod found_expiry;
pub mod grant;
pub mod guard_change;
pub mod hearsay;
pub mod image;
pub mod issuer;
pub mod job;
pub mod key;
pub mod key_file;
pub mod listing;
pub mod matching;
pub mod moment;
pub mod narrowing;
pub mod notification;
pub mod paths;
pub mod permission;
pub mod pipeline;
pub mod project;
pub mod proof;
pub mod registry;
pub mod registry_kind;
pub mod review;
pub mod secret;
pub mod secret_version;
pub mod shipping;
pub mod short_id;
pub mod trust_rule;
pub mod typed_text;
pub mod usage;
pub mod user;
pub mod witness;
