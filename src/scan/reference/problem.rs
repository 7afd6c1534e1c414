//! Why a text is no image's name.

use std::fmt;

/// Why a text names no image or registry. Printed it is a sentence, and never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    Space,
    Scheme,
    Character,
    Id,
    NoRepository,
    Capital,
    Slash,
    Separator,
    TooLong,
    Tag,
    Digest,
    Algorithm,
    Host,
    Address,
    Port,
    UserInfo,
}

impl Problem {
    fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "There is no name.",
            Self::Space => "A name of an image contains no spaces or line breaks.",
            Self::Scheme => "A name of an image has no scheme such as https://.",
            Self::Character => "The name has a character that names of images do not have.",
            Self::Id => "This is the id of an image and does not say which registry.",
            Self::NoRepository => "The repository is missing.",
            Self::Capital => "A repository has no capital letters.",
            Self::Slash => "There is nothing between two slashes, or before or after one.",
            Self::Separator => {
                "Each part of a repository begins and ends with a letter or a digit, joined by one dot, one or two underscores, or hyphens."
            }
            Self::TooLong => "A repository has at most 255 characters.",
            Self::Tag => {
                "A tag has 1 to 128 letters, digits, dots, underscores and hyphens, and does not begin with a dot or a hyphen."
            }
            Self::Digest => {
                "A digest is sha256: with 64, or sha512: with 128 lowercase hexadecimal digits."
            }
            Self::Algorithm => "The digest is of an unknown kind: sha256 and sha512 are known.",
            Self::Host => "The part before the first slash is not the name of a registry.",
            Self::Address => "The registry is a number that is no complete address.",
            Self::Port => "A port is a number from 1 to 65535 without leading zeros.",
            Self::UserInfo => "The name of a registry has no user before it.",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Problem {}
