/** Every page there is, for what is true of all of them. */
import type { Page } from '@playwright/test';
import { addCredential, pathOf } from './credentials.ts';
import { trustIssuer } from './issuers.ts';
import { fillIn } from './form.ts';
import { addPipeline, declare, fetchConfig, grantOf } from './pipelines.ts';
import { unique } from './secrets.ts';
import type { Instance } from './server.ts';

/** What each page shows. */
export const PAGES = [
  'the list', 'a search without a result', 'the create dialog', 'the create dialog with a preset',
  'the create dialog for a key file', 'the edit dialog', 'the dialog for another secret', 'the delete dialog', 'the question before a credential is disabled', 'the question before several credentials are disabled', 'a credential',
  'what was delivered of a credential', 'the checks of a credential', 'the versions of a credential', 'a version that is current',
  'the question before a credential is compromised', 'a credential that is not compromised',
  'who can read a credential', 'the activity of a credential', 'how to use a credential', 'granting a credential', 'the pipelines',
  'a search for pipelines without a result', 'the create dialog of pipelines', 'a pipeline', 'what proves a pipeline',
  'revoking a token', 'how a pipeline fetches', 'what a pipeline declares', 'what a pipeline received', 'what was done to a pipeline',
  'the edit dialog of a pipeline', 'the delete dialog of a pipeline',
  'the encryption keys', 'the trusted issuers', 'removing an issuer', 'the jobs', 'the audit', 'a filtered audit', 'an audit without a result', 'an audit event', 'a verified chain', 'where the audit is sent', 'where the audit of the instance is sent', 'the audit of the instance', 'an event of the instance', 'a verified chain of the instance', 'a page that does not exist',
  'an address that nothing has', 'a filter that does not exist', 'signing in', 'a set-up link that was used',
  'a new trust rule', 'a new trust rule for a public key', 'a new trust rule for a shared secret',
  'trying a token', 'editing a trust rule', 'deleting a trust rule', 'editing a grant', 'revoking a grant', 'an approval', 'the approvals', 'the usage of registries', 'the usage of credentials', 'the usage of pipelines', 'the findings', 'accepted findings', 'the notifications', 'the access reviews', 'an access review', 'what is in no access review', 'the report of an access review', 'the explainer', 'an answer of the explainer', 'a question that names no image',
  'the finder', 'what the finder found', 'the finder without a result',
  'the guides', 'a search in the guides', 'a search in the guides without a result', 'a guide', 'the guide of a registry', 'the guide of a client', 'the guide of a CI',
  'the errors', 'a guide that does not exist',
];

type Pages = Record<string, string>;

/** What was made, by the instance: tests only look at it. */
const made = new WeakMap<Instance, Promise<Pages>>();

/** What names begin with, the registry, and what a trust rule is called: blank for what it says. */
type Names = { prefix: string; host: string; title: string };

const SHORT: Names = { prefix: 'all', host: 'ghcr.io', title: '' };
/** Without a place to break them. */
export const LONG: Names = { prefix: 'w'.repeat(50), host: `${'m'.repeat(60)}.example.com`, title: 'w'.repeat(100) };

/** The address of each page by what it shows. The first who asks has the project filled, and says with which names. */
export function everyPage(page: Page, instance: Instance, names = SHORT): Promise<Pages> {
  const pages = made.get(instance) ?? furnish(page, instance, names);
  made.set(instance, pages);
  return pages;
}

/** The id at the end of the path, as the address of a selection has it. */
function shortId(path: string): string {
  return Buffer.from(path.split('/').pop()!.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Fills the project with something to show. */
async function furnish(page: Page, instance: Instance, { prefix, host, title }: Names): Promise<Pages> {
  const [credential, pipeline] = [unique(prefix), unique(prefix)];
  await addCredential(page, instance, { name: credential, registry_url: host, description: 'Shown everywhere', expires_on: '2020-01-31' });
  const token = await addPipeline(page, instance, { name: pipeline, credentials: [credential] });
  await fetchConfig(instance, token, { run: { 'Regcred-Run': `${prefix}-1`, 'Regcred-Branch': prefix } });
  const ofPipeline = new URL(page.url()).pathname;
  await declare(instance, token, `${prefix}/Dockerfile`);
  const grant = await grantOf(page, credential);
  await page.goto(`${ofPipeline}/trust/new?provider=github`);
  await fillIn(page, { 'Repository id': '1', 'Owner id': '2', 'Git reference': 'refs/heads/main', 'Title': title, 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Add trust rule' }).click();
  const rule = await page.getByRole('link', { name: title ? /^Edit the GitHub Actions rule/ : 'Edit the GitHub Actions rule for 1' }).getAttribute('href');
  const ofCredential = await pathOf(page, instance, credential);
  const issuer = `https://${unique(prefix)}.example.com`;
  await trustIssuer(page, instance, issuer);
  await page.goto('/admin/issuers');
  const removal = await page.getByRole('link', { name: `Remove ${issuer}` }).getAttribute('href');
  const list = `${instance.project}/credentials`;
  await page.goto(`${instance.project}/reviews`);
  await fillIn(page, { Name: unique(prefix) });
  await page.getByRole('button', { name: 'Open review' }).click();
  const report = await page.getByRole('link', { name: 'Report' }).getAttribute('href');
  const review = report!.replace(/\/report$/, '');
  return {
    'the list': `${list}?q=${credential}`,
    'a search without a result': `${list}?q=${unique('none')}`,
    'the create dialog': `${list}/new`,
    'the create dialog with a preset': `${list}/new?preset=ghcr`,
    'the create dialog for a key file': `${list}/new?preset=google`,
    'the edit dialog': `${ofCredential}/edit`,
    'the dialog for another secret': `${ofCredential}/secret`,
    'the delete dialog': `${ofCredential}/delete`,
    'the question before a credential is disabled': `${ofCredential}/disable`,
    'the question before several credentials are disabled': `${list}/selected/disable?ids=${shortId(ofCredential)}`,
    'a credential': ofCredential,
    'what was delivered of a credential': `${ofCredential}/deliveries`,
    'the checks of a credential': `${ofCredential}/checks`,
    'the versions of a credential': `${ofCredential}/versions`,
    'a version that is current': `${ofCredential}/versions/1/destroy`,
    'the question before a credential is compromised': `${ofCredential}/compromise`,
    'a credential that is not compromised': `${ofCredential}/compromised`,
    'who can read a credential': `${ofCredential}/readers`,
    'the activity of a credential': `${ofCredential}/activity`,
    'how to use a credential': `${ofCredential}/connect`,
    'granting a credential': `${ofCredential}/grant`,
    'the pipelines': `${instance.project}/pipelines`,
    'a search for pipelines without a result': `${instance.project}/pipelines?q=${unique('none')}`,
    'the create dialog of pipelines': `${instance.project}/pipelines/new`,
    'a pipeline': ofPipeline,
    'what proves a pipeline': `${ofPipeline}/identity`,
    'revoking a token': `${ofPipeline}/identity/tokens/${token.split('_')[1]}/revoke`,
    'how a pipeline fetches': `${ofPipeline}/connect`,
    'what a pipeline declares': `${ofPipeline}/definitions`,
    'what a pipeline received': `${ofPipeline}/deliveries`,
    'what was done to a pipeline': `${ofPipeline}/activity`,
    'the edit dialog of a pipeline': `${ofPipeline}/edit`,
    'the delete dialog of a pipeline': `${ofPipeline}/delete`,
    'the encryption keys': '/admin/keys',
    'the trusted issuers': '/admin/issuers',
    'removing an issuer': removal!,
    'the jobs': '/admin/jobs',
    'the audit': `${instance.project}/audit`,
    'a filtered audit': `${instance.project}/audit?noun=credential&from=2020-01-31`,
    'an audit without a result': `${instance.project}/audit?to=2020-01-31`,
    'an audit event': `${instance.project}/audit/1`,
    'a verified chain': `${instance.project}/audit/verify`,
    'where the audit is sent': `${instance.project}/audit/shipping`,
    'where the audit of the instance is sent': '/admin/audit/shipping',
    'the audit of the instance': '/admin/audit',
    'an event of the instance': '/admin/audit/1',
    'a verified chain of the instance': '/admin/audit/verify',
    'a page that does not exist': `${list}/nothing`,
    'an address that nothing has': '/nothing/here',
    'a filter that does not exist': `${list}?sort=nothing`,
    'signing in': '/sign-in',
    'a set-up link that was used': '/setup?link=used',
    'a new trust rule': `${ofPipeline}/trust/new?provider=github`,
    'a new trust rule for a public key': `${ofPipeline}/trust/new?provider=woodpecker`,
    'a new trust rule for a shared secret': `${ofPipeline}/trust/new?provider=drone`,
    'trying a token': `${ofPipeline}/trust/try`,
    'editing a trust rule': rule!,
    'deleting a trust rule': rule!.replace(/edit$/, 'delete'),
    'editing a grant': `${ofPipeline}/grants/${grant}/edit`,
    'revoking a grant': `${ofPipeline}/grants/${grant}/delete`,
    'an approval': `${ofPipeline}/grants/${grant}/approve`,
    'the approvals': `${instance.project}/approvals`,
    'the usage of registries': `${instance.project}/usage`,
    'the usage of credentials': `${instance.project}/usage?view=credential&window=7`,
    'the usage of pipelines': `${instance.project}/usage?view=pipeline&window=all`,
    'the findings': `${instance.project}/findings`,
    'accepted findings': `${instance.project}/findings?state=accepted&kind=no_owner`,
    'the notifications': `${instance.project}/notifications`,
    'the access reviews': `${instance.project}/reviews`,
    'an access review': review,
    'what is in no access review': `${review}?show=new`,
    'the report of an access review': report!,
    'the explainer': `${instance.project}/match`,
    'an answer of the explainer': `${instance.project}/match?image=${host}/acme/api&pipeline=${ofPipeline.split('/').pop()}`,
    'a question that names no image': `${instance.project}/match?image=${host}/`,
    'the finder': `${instance.project}/find`,
    'what the finder found': `${instance.project}/find?q=${host.slice(0, 4)}`,
    'the finder without a result': `${instance.project}/find?q=zebra-crossing`,
    'the guides': '/help',
    'a search in the guides': '/help?q=token',
    'a search in the guides without a result': '/help?q=zebra-crossing',
    'a guide': '/help/getting-started',
    'the guide of a registry': '/help/registries/docker-hub',
    'the guide of a client': '/help/clients/docker',
    'the guide of a CI': '/help/ci/github-actions',
    'the errors': '/help/errors',
    'a guide that does not exist': '/help/nothing',
  };
}
