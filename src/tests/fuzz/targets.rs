//! The readers, and what each is used to.

use super::driver::Target;
use super::queries::{
    approvals, audit, findings, listing, pipelines, receipts, review_forms, reviews, usage,
};
use super::seeds::{
    BACKUP, COOKIES, FILES, FORWARDED, HOSTS, JWT, KEK, KEPT, KEY_FILE, KEYS, NOTES, POST, QUERY,
    REPORT, SIGNED, TOKENS, WITNESSES,
};
use crate::checkpoints::checkpoint::Checkpoint;
use crate::checkpoints::cosignature::WitnessKey;
use crate::checkpoints::export;
use crate::checkpoints::note::{Key, Note};
use crate::checkpoints::proof;
use crate::checkpoints::witness;
use crate::crypto::blob::{Login, Place, key_version};
use crate::crypto::jwt::{Expect, JwkSet, Unverified, verify};
use crate::crypto::kek::{Kek, KekId};
use crate::crypto::keyring::{Keyring, Purpose};
use crate::crypto::{signature, token};
use crate::domain::credential::Method;
use crate::domain::found_expiry;
use crate::domain::hearsay;
use crate::domain::image::Image;
use crate::domain::key_file::KeyFile;
use crate::domain::listing::Cursor;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::{RegistryKind, paste_warning};
use crate::domain::shipping;
use crate::domain::short_id;
use crate::domain::trust_rule::{OwnHosts, Provider, TrustForm};
use crate::domain::typed_text::name_problem;
use crate::outbound::{Network, plain_url};
use crate::{api, functions, issuers, opening, registries, server, vault};
use std::borrow::Cow;
use std::sync::OnceLock;
use uuid::Uuid;

/// All of them.
pub(super) const TARGETS: &[Target] = &[
    Target { file: "src/domain/registry.rs", seeds: HOSTS, run: registry },
    Target {
        file: "src/domain/found_expiry.rs",
        seeds: &[b"eyJhbGciOiJub25lIn0.eyJleHAiOjQwNzM1NDQwMDB9.AAAA", b"eyJwYXlsb2FkIjoiYWNtZSIsImV4cGlyYXRpb24iOjQwNzM1NDQwMDB9"],
        run: |data| _ = found_expiry::end_of(data),
    },
    Target { file: "src/domain/image.rs", seeds: HOSTS, run: |data| _ = Image::parse(&text(data)) },
    Target { file: "src/domain/key_file.rs", seeds: KEY_FILE, run: |data| _ = KeyFile::read(data) },
    Target { file: "src/domain/registry_kind/paste.rs", seeds: TOKENS, run: paste },
    Target { file: "src/domain/listing.rs", seeds: QUERY, run: listing },
    Target { file: "src/domain/pipeline/listing.rs", seeds: QUERY, run: pipelines },
    Target {
        file: "src/domain/usage/query.rs",
        seeds: &[b"view=pipeline&window=all&after=YWNtZS9hcGk"],
        run: usage,
    },
    Target {
        file: "src/domain/finding/query.rs",
        seeds: &[b"state=accepted&kind=tie&after=2_019a0000000070008000000000000001"],
        run: findings,
    },
    Target {
        file: "src/domain/review/query.rs",
        seeds: &[b"show=all&kind=grant&after=50"],
        run: reviews,
    },
    Target { file: "src/domain/review/forms.rs", seeds: QUERY, run: review_forms },
    Target {
        file: "src/domain/delivery/filter.rs",
        seeds: &[b"pipeline=019a0000-0000-7000-8000-000000000001&outcome=failed"],
        run: receipts,
    },
    Target {
        file: "src/domain/audit/listing.rs",
        seeds: &[b"noun=credential&outcome=refused&from=2026-11-01&to=2026-11-30&before=7", b"from=2026-11-01&before=7_1764000000000"],
        run: audit,
    },
    Target {
        file: "src/domain/approval/listing.rs",
        seeds: &[b"after=1764000000000_019a0000000070008000000000000001&others=1_019a0000000070008000000000000002"],
        run: approvals,
    },
    Target {
        file: "src/domain/listing/cursor.rs",
        seeds: &[b"cmdoY3IuaW8KZ2hjcg", b"bgpnaGNy"],
        run: |data| _ = Cursor::parse(&text(data)),
    },
    Target {
        file: "src/domain/shipping.rs",
        seeds: &[b"17", b"17.500"],
        run: |data| _ = shipping::Cursor::parse(&text(data)),
    },
    Target { file: "src/domain/shipping/form.rs", seeds: HOSTS, run: destination },
    Target { file: "src/domain/short_id.rs", seeds: &[b"AZ5Gpn-0cKOAAAAAAAAAAA"], run: |data| _ = short_id::all(&text(data)) },
    Target { file: "src/domain/moment.rs", seeds: &[b"2026-11-29"], run: |data| _ = Day::parse(&text(data)) },
    Target { file: "src/domain/hearsay.rs", seeds: HOSTS, run: |data| _ = hearsay::kept([data, data]) },
    Target { file: "src/domain/typed_text.rs", seeds: HOSTS, run: |data| _ = name_problem(&text(data), "project") },
    Target {
        file: "src/domain/paths.rs",
        seeds: &[b"/p/acme/credentials?q=a", b"//example.com"],
        run: |data| assert!(!paths::is_ours(&text(data)) || data.starts_with(b"/")),
    },
    Target { file: "src/domain/trust_rule/form.rs", seeds: &[b"sub=a\nref=refs/heads/main"], run: rule },
    Target { file: "src/crypto/jwt/unverified.rs", seeds: JWT, run: jwt },
    Target { file: "src/crypto/jwt/keys.rs", seeds: KEYS, run: |data| _ = JwkSet::parse(data) },
    Target { file: "src/crypto/kek.rs", seeds: KEK, run: kek },
    Target { file: "src/crypto/wrapped.rs", seeds: &[b"secret"], run: |data| _ = text(data).parse::<Purpose>() },
    Target { file: "src/crypto/token.rs", seeds: TOKENS, run: |data| _ = token::parse_token(&text(data)) },
    Target {
        file: "src/crypto/signature.rs",
        seeds: &[b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n"],
        run: |data| _ = signature::read_ed25519_key(&text(data)),
    },
    Target {
        file: "src/crypto/blob.rs",
        seeds: &[b"RGC\x01\x01\0\0\0\0\0\0\x01", b"RGC\x02\x01\0\0\0\0\0\0\x01"],
        run: blob,
    },
    Target { file: "src/checkpoints/note.rs", seeds: NOTES, run: note },
    Target { file: "src/checkpoints/checkpoint.rs", seeds: NOTES, run: |data| _ = Checkpoint::parse(&text(data)) },
    Target {
        file: "src/checkpoints/proof.rs",
        seeds: &[b"c2sp.org/tlog-proof@v1\nindex 1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\na\n2\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"],
        run: |data| _ = proof::verify(&text(data), [0; 32], &[]),
    },
    Target { file: "src/checkpoints/cosignature.rs", seeds: WITNESSES, run: witness_key },
    Target { file: "src/checkpoints/witness.rs", seeds: WITNESSES, run: witness_answer },
    Target { file: "src/vault/checkpoints/witness.rs", seeds: WITNESSES, run: |data| _ = vault::Witness::parse(&text(data)) },
    Target {
        file: "src/checkpoints/export.rs",
        seeds: &[br#"{"chain":"00000000-0000-0000-0000-000000000001","link":1,"kind":"event","fields":["a",{"hex":"01ff"}],"leaf":"d80e25acfc598d167212e12de301de40cbf16eff27d8d481d68b38998927f0b6"}"#],
        run: exported,
    },
    Target { file: "src/outbound/address.rs", seeds: HOSTS, run: |data| _ = plain_url(&text(data)) },
    Target {
        file: "src/outbound/network.rs",
        seeds: &[b"10.0.0.0/8", b"fd00::/8", b"192.0.2.7"],
        run: |data| _ = Network::parse(&text(data)),
    },
    Target { file: "src/opening/config/site.rs", seeds: HOSTS, run: opening::config::fuzz },
    Target { file: "src/registries/challenge.rs", seeds: &[br#"Bearer realm="https://auth.example.com/token",service="r", Basic realm="x""#], run: registries::fuzz::challenge },
    Target { file: "src/registries/token.rs", seeds: &[br#"{"token":"a.e30.b","access_token":"x","expires_in":300}"#], run: registries::fuzz::token },
    Target { file: "src/issuers/address.rs", seeds: HOSTS, run: issuers::fuzz::address },
    Target { file: "src/api/query.rs", seeds: QUERY, run: api::fuzz::query },
    Target { file: "src/api/signed/message.rs", seeds: SIGNED, run: api::fuzz::woodpecker },
    Target { file: "src/api/signed/cavage.rs", seeds: SIGNED, run: api::fuzz::drone },
    Target { file: "src/api/build.rs", seeds: &[br#"{"repo":{"name":"a"},"pipeline":{"event":"push"}}"#], run: api::fuzz::build },
    Target { file: "src/server/multipart.rs", seeds: POST, run: server::fuzz::multipart },
    Target { file: "src/server/forwarded.rs", seeds: FORWARDED, run: server::fuzz::forwarded },
    Target { file: "src/server/certificate.rs", seeds: &[include_bytes!("certificate.pem")], run: server::fuzz::certificate },
    Target { file: "src/functions/notes.rs", seeds: COOKIES, run: functions::fuzz::cookies },
    Target { file: "src/functions/credential_post.rs", seeds: POST, run: functions::fuzz::post },
    Target { file: "src/functions/definition_post.rs", seeds: FILES, run: functions::fuzz::definitions },
    Target { file: "src/vault/definitions/checked.rs", seeds: REPORT, run: vault::fuzz_definitions },
    Target { file: "src/vault/audit.rs", seeds: KEPT, run: |data| _ = vault::KeptHead::parse(&text(data)) },
    Target { file: "src/vault/backup/lines.rs", seeds: BACKUP, run: |data| _ = vault::check_backup(&mut &*data) },
];

pub(super) fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

fn note(data: &[u8]) {
    let said = text(data);
    if let Some(key) = Key::parse(&said) {
        assert_eq!(key.to_string(), said, "a key is written in one way");
    }
    let _ = Note::parse(&said).map(|note| note.claimed());
}

fn witness_key(data: &[u8]) {
    let said = text(data);
    if let Some(key) = WitnessKey::parse(&said) {
        assert_eq!(key.to_string(), said, "a key is written in one way");
    }
}

fn witness_answer(data: &[u8]) {
    static KEY: OnceLock<WitnessKey> = OnceLock::new();
    let key = KEY.get_or_init(|| {
        WITNESSES.iter().find_map(|seed| WitnessKey::parse(&text(seed))).expect("a key")
    });
    let checkpoint = "example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert!(witness::cosigned(checkpoint, data, key).is_err(), "nobody has signed this");
    let _ = witness::size(data);
}

fn exported(data: &[u8]) {
    let checkpoint = Checkpoint { origin: "a".to_owned(), size: 2, root: [0; 32] };
    let _ = export::verify(data, &checkpoint);
}

fn registry(data: &[u8]) {
    let typed = text(data);
    let _ = RegistryHost::parse(&typed);
    if let Ok(read) = RegistryHost::read(&typed) {
        let host = read.host.canonical(read.is_http);
        assert!(RegistryHost::stored(host.as_str()).is_some(), "what is stored is read again");
        let _ = host.spellings(read.is_http);
    }
}

fn paste(data: &[u8]) {
    let typed = text(data);
    for kind in RegistryKind::ALL {
        for method in Method::ALL {
            let _ = paste_warning(*kind, *method, "robot", &typed);
        }
    }
}

fn destination(data: &[u8]) {
    let typed = text(data).into_owned();
    let _ = shipping::hostname(&typed);
    for transport in shipping::Transport::ALL {
        let form = shipping::DestinationForm {
            name: typed.clone(),
            transport: transport.word().to_owned(),
            format: typed.clone(),
            address: typed.clone(),
            from: typed.clone(),
        };
        let _ = form.read();
    }
}

fn rule(data: &[u8]) {
    let typed = text(data).into_owned();
    for provider in Provider::ALL {
        let name = provider.fields().first().map(|field| field.name.to_owned());
        let claims = name.into_iter().map(|name| (name, typed.clone())).collect();
        let (issuer, audience) = (typed.clone(), typed.clone());
        let form = TrustForm {
            issuer,
            audience,
            claims,
            more_claims: typed.clone(),
            ..TrustForm::default()
        };
        let own = OwnHosts::of(&typed, std::slice::from_ref(&typed));
        let _ = form.read(*provider, &own);
        let _ = form.read(*provider, &OwnHosts::of("https://regcred.example.com", &[]));
    }
    let of_bitbucket = TrustForm {
        issuer: "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"
            .to_owned(),
        claims: [("sub".to_owned(), typed)].into(),
        ..TrustForm::default()
    };
    let _ = of_bitbucket.read(Provider::Other, &OwnHosts::of("https://regcred.example.com", &[]));
}

fn jwt(data: &[u8]) {
    let typed = text(data);
    let Ok(read) = Unverified::read(&typed) else { return };
    let expect = Expect { issuer: "https://example.com", audience: "a", now: 0, max_age: Some(60) };
    for keys in KEYS.iter().filter_map(|keys| JwkSet::parse(keys).ok()) {
        assert!(verify(&read, &keys, &expect).is_err(), "nobody has signed this");
    }
}

fn kek(data: &[u8]) {
    if let Ok(kek) = Kek::parse(data) {
        let _ = kek.is_weak();
    }
    let _ = text(data).parse::<KekId>();
}

fn blob(data: &[u8]) {
    static KEYRING: OnceLock<Keyring> = OnceLock::new();
    let keyring = KEYRING.get_or_init(|| {
        let kek = Kek::generate().expect("random bytes");
        let keys = Keyring::generate_missing(&kek, &[]).expect("random bytes");
        Keyring::unlock(&kek, None, &keys).expect("its own key")
    });
    let _ = key_version(data);
    for login in [None, Some(Login { credential_id: Uuid::nil(), username: "acme-bot" })] {
        let place = Place {
            table: "secret_version",
            column: "sealed",
            row_id: Uuid::nil(),
            project_id: Uuid::nil(),
            secret_version: 1,
            origin: "https://ghcr.io:443",
            login,
        };
        assert!(keyring.open(&place, data).is_err(), "nobody has sealed this");
    }
}
