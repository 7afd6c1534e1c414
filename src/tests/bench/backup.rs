//! How long a backup, a restore and a check of everything take: 100,000 credentials with
//! `REGCRED_SOAK=1`, fewer else.

use super::seed::Seed;
use super::server::{Folder, program};
use super::table::Table;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::permission::of;
use regcred::vault::SecretInput;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Measures and prints. There is no target: a person has to know how long to wait.
pub async fn run(is_whole: bool) {
    let count = if is_whole { 100_000 } else { 5_000 };
    let seed = Seed::on(None).await;
    let editor = seed.member.can::<of::RegistryWrite>().unwrap();
    let began = Instant::now();
    for number in 0..count {
        let form = CredentialForm {
            name: format!("sealed {number}"),
            registry_url: format!("registry-{}.example.com", number % 40),
            method: "password".to_owned(),
            username: "acme-bot".to_owned(),
            access: "pull".to_owned(),
            ..CredentialForm::default()
        };
        let password = format!("hunter2-{number}").as_str().into();
        let secret = SecretInput { password, ..SecretInput::default() };
        seed.vault.create_credential(&editor, &form, &secret).await.unwrap();
    }
    let created = began.elapsed();
    let (folder, kek) = seed.close().await;
    let file = folder.0.join("backup");
    let restored = Folder::new();
    let run = |data: &Path, arguments: &[&str]| {
        let mut command = Command::new(program());
        command.args(arguments).env_clear().env("REGCRED_DATA", data);
        command.env("REGCRED_KEK_FILE", &kek);
        let began = Instant::now();
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {said}");
        began.elapsed()
    };
    let name = file.display().to_string();
    let backup = run(&folder.0, &["backup", &name]);
    let restore = run(&restored.0, &["restore", &name]);
    close(&restored.0);
    let doctor = run(&restored.0, &["doctor"]);
    let size = std::fs::metadata(&file).unwrap().len() / (1024 * 1024);
    let title = format!("A backup of {count} credentials ({size} MiB)");
    let mut table = Table::new(&title, &["", "seconds"]);
    let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
    for (name, time) in [
        ("create one after the other", created),
        ("backup", backup),
        ("restore in a new folder", restore),
        ("doctor there", doctor),
    ] {
        table.row(&[name, &seconds(time)]);
    }
    table.print();
}

/// As the folder of a server is.
fn close(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
}
