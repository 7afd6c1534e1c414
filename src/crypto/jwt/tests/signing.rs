//! Signs tokens in tests, as an issuer would and as one should not.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};

pub(crate) struct Signer {
    key_id: String,
    pair: Pair,
}

enum Pair {
    Es256(Box<EcdsaKeyPair>),
    Rs256(Box<RsaKeyPair>),
}

impl Signer {
    pub(crate) fn es256(key_id: &str) -> Signer {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key is made");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        let pair = Box::new(pair.expect("it is read back"));
        Signer { key_id: key_id.to_owned(), pair: Pair::Es256(pair) }
    }

    /// The RSA key below, of 2048 bits; the same one each time.
    pub(crate) fn rs256(key_id: &str) -> Signer {
        let document = STANDARD.decode(TEST_KEY).expect("it is base64");
        let pair = RsaKeyPair::from_pkcs8(&document).expect("it is a key");
        Signer { key_id: key_id.to_owned(), pair: Pair::Rs256(Box::new(pair)) }
    }

    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({
                    "kty": "EC", "use": "sig", "alg": "ES256", "kid": self.key_id,
                    "crv": "P-256", "x": encode(x), "y": encode(y),
                })
            }
            Pair::Rs256(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id,
                    "n": encode(&public.n), "e": encode(&public.e),
                })
            }
        }
    }

    pub(crate) fn header(&self) -> Value {
        let algorithm = match &self.pair {
            Pair::Es256(_) => "ES256",
            Pair::Rs256(_) => "RS256",
        };
        json!({"alg": algorithm, "kid": self.key_id, "typ": "JWT"})
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_of(self.header().to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// A signed token of any two texts, JSON or not.
    pub(crate) fn token_of(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        format!("{signed}.{}", encode(&self.sign(signed.as_bytes())))
    }

    /// The signature alone, in the form that tokens have it.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, message).expect("it signs").as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("it signs");
                signature
            }
        }
    }
}

pub(crate) fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The private half of a key made for these tests and used for nothing else; PKCS#8 in base64.
const TEST_KEY: &str = "\
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCs3a51z6G1tg9nr461ipxzX7IEl4rNx6r8wbdhN1er\
    KqY5naq7ahpCrpGuvHrtXxOjERCd2ffFjWxc3V7u0MsEkprgZNgeZCRYoff6UIN2I5CvaI68UGwrwmHfTO2G4LU9UvuV\
    Ig4VoHJxPzLm8J2MBpWddb4ZiVWYtMcU1866LVhDbzvyiN8jUymCBs+HXj5s6pPdbiY//cqf2Zc8opUIzrEib8cQI/pz\
    36+rHfj0thyyuCIGBeuhrJvi4dolHubSFEb7LRWvv+0YNJPgoHsNqVD/IApSHuWjAiV2v0WHwWVP0J9N9BPdohLcAwSV\
    HN7wGSNbI12ZvWvq0BQCD4e1AgMBAAECggEAGcDG4mdF5J/UaLKHVLVrPGb3yuZWt/R0nUYwzytjBK2MaQ37pwMWGXQP\
    YRRUTfO5pbP/oTydRJGeoLEcGQEDFdHPf/mWFuT9YzTyEBkZlKqUvgUaKqTikJxbX1yDEHJ+nb20nFGf/onSMtvi9fPH\
    zNoYRQaLBRvoJCFefVTvR94FySR5NxdbHnNg8WIRBWjbW/BGYPVXxVqLFLsWzNNrqU2h2anI1kXMNOsW3FhmVNCsM+uX\
    DFuhtk6LA6WJSsbCqTP8KiKbd6jyvOes9g7gCqksipIQhgLSPM7VofPOMqELa8k8RmOB5+/XtmLb2/+1cK8FzVPJw2/H\
    y145gjZBsQKBgQDbfJRS+F3MkORSiEmm/TgAxEuywkvzf1Lp5NIX8V9NXR3nPMp3e7/5rA5eTGnnFzX/mvlz1wh3gkpk\
    ZzdOI6i3e9+GPEaLVATGuRjCKoUfDQjKdgg7U9p3aBSy0GSE+9MjHR95/m4ogHGd+UcJD2Af/auZKbaogdJ6rrB5h7wp\
    fQKBgQDJn6La70WdaZu7OlGbIp9biraMObNOsrXM3JYo925s7G71hQINJkaZBZxVMyUc9ry4j/uJwIh730uHJdwNVAOo\
    OboqDjxHC1epDm6B/wDIXoP+JS2zK/W8zvbgIzCm3aBODc8t5PvCB4xDKpaw6rWJdfZHLaw8gFM2sCJBQKJsmQKBgQCu\
    8byT6Y1yOWcT9benF5xk2BFyOXYqbqka7x0aonSRCJCGOKk01XluO1r0hLnAzXpn8xGz6IjCISLEppSpfrjDD0RaDX85\
    HM31y6FVWmjjGBOStMPY7fxrQpWE9Z+5c7OWAGePaGJLfB2Tiha5vPykYyA8o8gIxfmLeeQF6k/rTQKBgG+lSAa3q/LI\
    ggWg+4NOHrQQEZmAcfvIFceE9llk+e6y1ZZ6unIRmdIuOy0qjwiE0Gfawsy6olkFgsspebqfpQ7IOIAFNfeZHkdsyGCP\
    lh1dyPU4HSAz3XVZnXbrxYsA+j1+hBTD0WzVxSOEN8Frlm6xtVggwFkYLfwAeFdttQMxAoGAHXa36y+GvGZt9PdRA6CN\
    Lu9lFMv4h57bHJAxwIyRfxp7RQ1Rnwl+tIZmteCO9wwOgW/2RaCf2hCIAPFJlKK/lZAJ8+T7MCftoES3n6g+d9JnJT5x\
    7b/l/VGimo73m2ivtJTII2GvTf+1W+JEaebJCXKZAxHSgowLu1tkLFnpuvA=";
