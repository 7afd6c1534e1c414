import { expectSaid, openNew, send } from '../../support/credentials.ts';
import { expectWrong, fillIn } from '../../support/form.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

/** Registry, username, what is pasted as the secret, and what is asked. */
type Pasted = [registry: string, username: string, secret: string, sentence: string];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const KEY = '{"type":"service_account"}';
const ACR = '00000000-0000-0000-0000-000000000000';
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const GOOGLE = 'europe-docker.pkg.dev';
const SCALEWAY = 'rg.fr-par.scw.cloud';

const FAMILIES: Record<string, Pasted[]> = {
  'what is no secret': [
    ['quay.io', 'acme-bot', 'robot$acme+ci', 'This looks like a username, which belongs in the field Username.'],
    ['quay.io', 'acme-bot', '${{ secrets.TOKEN }}', 'This looks like the name of a variable or a placeholder.'],
    ['quay.io', 'acme-bot', '{"auths":{}}', 'This looks like a docker config.json. Enter the password or token alone.'],
    ['quay.io', 'acme-bot', base64('acme-bot:hunter2'), 'This looks like the base64 of the username and the password'],
    ['quay.io', 'acme-bot', 'Bearer hunter2', 'This looks like an HTTP header.'],
    ['quay.io', 'acme-bot', 'ssh-ed25519 AAAA', 'This looks like an SSH key.'],
  ],
  'a token of a code host': [
    ['registry.gitlab.com', 'gitlab-ci-token', 'abcdefgh', 'This looks like the token of a GitLab job.'],
    ['registry.gitlab.com', 'acme-bot', 'glptt-example', 'This looks like a GitLab token for something other than its registry.'],
    ['ghcr.io', 'acme-bot', 'glpat-example', "This looks like a GitLab token, but the registry is not GitLab's."],
    ['ghcr.io', 'acme-bot', 'github_pat_example', 'This looks like a fine-grained GitHub token, which this registry does not accept.'],
    ['ghcr.io', 'acme-bot', 'ghs_example', 'This looks like the GitHub token of a job or an app.'],
    ['ghcr.io', 'acme-bot', 'ghr_example', 'This looks like a GitHub refresh token'],
    ['quay.io', 'acme-bot', 'ghp_example', "This looks like a GitHub token, but the registry is not GitHub's."],
  ],
  'a token of another registry': [
    ['ghcr.io', 'acme-bot', 'dckr_pat_example', "This looks like a Docker Hub token, but the registry is not Docker's."],
    ['quay.io', 'acme-bot', `AKCp${'8'.repeat(69)}`, "This looks like a JFrog token, but the registry is not JFrog's."],
    ['ghcr.io', 'acme-bot', 'zak_example', 'This looks like an API key of a zot registry'],
    ['ghcr.io', 'acme-bot', 'nvapi-example', "This looks like an NVIDIA API key, but the registry is not NVIDIA's."],
    ['ghcr.io', 'acme-bot', 'dop_v1_example', 'This looks like a DigitalOcean token'],
    ['ghcr.io', 'acme-bot', 'HRKU-example', 'This looks like a Heroku token'],
  ],
  'a token of no registry': [
    ['quay.io', 'acme-bot', 'npm_example', 'This looks like an npm token'],
    ['quay.io', 'acme-bot', 'pypi-example', 'This looks like a PyPI token'],
    ['quay.io', 'acme-bot', 'xoxb-1-example', 'This looks like a Slack token'],
    ['quay.io', 'acme-bot', 'hvs.example', 'This looks like a Vault token'],
    ['quay.io', 'acme-bot', 'rgc_example', 'This looks like a pipeline token of Regcred'],
    ['quay.io', 'acme-bot', 'ocid1.user.oc1..example', 'This looks like an OCID, which is a name.'],
  ],
  "a secret of Google's": [
    [GOOGLE, 'acme', '-----BEGIN PRIVATE KEY-----', 'This looks like a private key alone.'],
    ['quay.io', 'acme', '-----BEGIN PRIVATE KEY-----', 'This looks like a private key. Registries accept a password or a token'],
    [GOOGLE, 'acme', '{"type":"authorized_user"}', 'This is JSON, but not a service account key.'],
    [GOOGLE, '_json_key_base64', 'hunter2', 'the base64 of a whole service account key file, and this is something else.'],
    [GOOGLE, '_json_key', 'ewogICJ0eXBl', 'This looks like the base64 of a key file, which goes with the username _json_key_base64.'],
    [GOOGLE, '_json_key', 'hunter2', 'the registry expects a whole service account key file, and this is something else.'],
    [GOOGLE, '_json_key_base64', KEY, 'the registry expects the base64 of the key file.'],
    [GOOGLE, 'acme', KEY, 'This looks like a service account key. Choose GCP service account key as the authentication method.'],
    ['registry.example.com', 'acme', KEY, "a Google service account key, but the registry is not one of Google's."],
    ['quay.io', 'acme', KEY, "This looks like a Google service account key, but the registry is not Google's."],
    [GOOGLE, 'acme', `AIza${'x'.repeat(35)}`, 'This looks like a Google API key'],
    [GOOGLE, 'acme', 'ya29.example', 'This looks like a Google access token, which goes with the username oauth2accesstoken.'],
    [GOOGLE, 'oauth2accesstoken', 'ya29.example', 'This looks like a Google access token. It usually expires within an hour.'],
    ['ghcr.io', 'acme', 'ya29.example', "This looks like a Google access token, but the registry is not Google's."],
  ],
  'a secret of another cloud': [
    [ECR, 'AWS', 'AKIAEXAMPLEEXAMPLE00', 'This looks like an AWS access key ID. The registry expects an authorization token'],
    [ECR, 'AWS', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'This looks like an AWS secret access key'],
    [ECR, 'AWS', 'hunter2', 'This does not look like an authorization token.'],
    ['quay.io', 'acme', 'AKIAEXAMPLEEXAMPLE00', 'This looks like an AWS access key ID, which is not a password for any registry.'],
    ['quay.io', 'acme', 'eyJwYXlsb2FkIjoi', 'This looks like an authorization token of Amazon ECR'],
    [ECR, 'AWS', 'eyJhbGciOi', 'This looks like a sign-in token (a JWT). The registry expects an authorization token'],
    ['ghcr.io', 'acme', 'eyJhbGciOi', 'This looks like a sign-in token (a JWT). It expires soon'],
    ['acme.azurecr.io', ACR, 'eyJhbGciOi', 'This looks like a token of Azure, which expires within hours.'],
    ['acme.azurecr.io', ACR, 'hunter2', 'With this username the registry expects a token that Azure issued for it'],
    ['acme.azurecr.io', 'acme', '11111111-2222-3333-4444-555555555555', 'This looks like the ID of an application or of its secret.'],
    ['icr.io', 'iamapikey', 'eyJraWQi', 'This looks like an IAM token, which goes with the username iambearer'],
    ['icr.io', 'iambearer', 'eyJraWQi', 'This looks like an IAM token, which expires soon.'],
    [SCALEWAY, 'nologin', 'SCWEXAMPLEEXAMPLE000', 'This looks like an access key, which only names the secret key.'],
    ['quay.io', 'acme', 'SCWEXAMPLEEXAMPLE000', 'This looks like a Scaleway access key'],
  ],
};

for (const [what, pasted] of Object.entries(FAMILIES)) {
  test(`${what} is asked about before it is saved`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { Name: unique('pasted') });
    for (const [registry, username, secret, sentence] of pasted) {
      await fillIn(dialog, { 'Registry URL': registry, 'Username': username, 'Password': secret });
      await send(dialog);
      await expectWrong(dialog, 'Password', sentence);
      await expect(dialog.getByRole('button', { name: 'Save anyway' })).toBeVisible();
    }
  });
}

test('a key that the registry takes as a password, too, is saved and the better way is told', async ({ page, instance }) => {
  const name = unique('pasted');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { Name: name, 'Registry URL': GOOGLE, Username: '_json_key', Password: KEY });
  await send(dialog);
  await expectSaid(page, `${name} was created`);
  await expectSaid(page, 'The registry takes this service account key.');
});
