/** What pages look like after something was done on them, for what is true of all of them. */
import { expect, type Page } from '@playwright/test';
import { addCredential, expectSaid, openEdit, openNew, openRow, pathOf, send } from './credentials.ts';
import { fillIn } from './form.ts';
import { DECIDED } from './decided.ts';
import { GOVERNED } from './governed.ts';
import { addPipeline, fetchConfig, openNewPipeline, openPart } from './pipelines.ts';
import { unique } from './secrets.ts';
import type { Instance } from './server.ts';

/** Makes a credential with a version that waits beside the current one; gives its path. */
async function stage(page: Page, instance: Instance): Promise<string> {
  const name = unique('staged');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  await dialog.getByLabel('Stage the new secret').check();
  await fillIn(dialog, { Password: 'another token' });
  await send(dialog);
  await expect(page.getByRole('status').filter({ hasText: 'Version 2 of the secret is staged.' })).toBeVisible();
  return pathOf(page, instance, name);
}

/** How each state is reached, by what it shows. */
export const STATES: Record<string, (page: Page, instance: Instance) => Promise<void>> = {
  'the record of a compromise': async (page, instance) => {
    const name = unique('leaked');
    await addCredential(page, instance, { name });
    await page.goto(`${await pathOf(page, instance, name)}/compromise`);
    await page.getByRole('button', { name: 'Disable and mark as compromised' }).click();
    await expect(page.getByRole('heading', { name: 'Checklist' })).toBeVisible();
  },
  'a create form that was refused': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await dialog.getByText('More options').click();
    await fillIn(dialog, { 'Registry URL': 'hub.docker.com', 'Username': 'a:b', 'Rotate every (days)': '0' });
    await send(dialog);
    await expect(dialog.getByRole('alert')).toBeVisible();
  },
  'a secret that is asked about': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { 'Name': unique('asked'), 'Registry URL': 'ghcr.io', 'Username': 'acme-bot', 'Password': 'github_pat_example' });
    await send(dialog);
    await expect(dialog.getByRole('button', { name: 'Save anyway' })).toBeVisible();
  },
  'a key file that was refused': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { 'Authentication method': 'GCP service account key', 'Service account key (JSON)': '{}' });
    await send(dialog);
    await expect(dialog.getByRole('alert')).toBeVisible();
  },
  'a notice after a save': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { 'Name': unique('said'), 'Registry URL': 'GHCR.io/acme', 'Username': 'acme-bot', 'Password': 'a token' });
    await send(dialog);
    await expect(page.getByText('The path in the address became the repository path.')).toBeVisible();
  },
  'the menu of a row': async (page, instance) => {
    const name = unique('menu');
    await addCredential(page, instance, { name });
    await (await openRow(page, instance, name)).getByRole('button', { name: `More actions for ${name}` }).click();
    await expect(page.getByRole('link', { name: 'View details' })).toBeVisible();
  },
  'the filters of the list': async (page, instance) => {
    await addCredential(page, instance, { name: unique('filters') });
    await page.goto(`${instance.project}/credentials?access=pull&unused=1&sort=-changed`);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page.getByLabel('State', { exact: true })).toBeVisible();
  },
  'what is asked before a version is destroyed': async (page, instance) => {
    const name = unique('asked');
    await addCredential(page, instance, { name });
    const dialog = await openEdit(page, instance, name);
    await fillIn(dialog, { Password: 'another token' });
    await send(dialog);
    await expectSaid(page, `${name} was saved.`);
    await page.goto(`${await pathOf(page, instance, name)}/versions/1/destroy`);
    await page.getByRole('dialog').getByRole('button', { name: 'Destroy', exact: true }).click();
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  },
  'a version that waits': async (page, instance) => {
    await page.goto(await stage(page, instance));
    await expect(page.getByText('Version 2 is staged', { exact: true })).toBeVisible();
  },
  'what is asked before a version is made current': async (page, instance) => {
    await page.goto(`${await stage(page, instance)}/versions/2/current`);
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Make current', exact: true })).toBeVisible();
  },
  'a credential that was disabled': async (page, instance) => {
    const name = unique('off');
    await addCredential(page, instance, { name });
    await page.goto(await pathOf(page, instance, name));
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeVisible();
  },
  'a guard change that waits': async (page, instance) => {
    const name = unique('guard');
    await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
    const path = await pathOf(page, instance, name);
    await page.goto(`${path}/readers`);
    const section = page.getByRole('region', { name: 'Where the secret may be sent' });
    await fillIn(section, { 'Token service': 'https://auth.example.com', 'Your password': instance.account.password });
    await section.getByRole('button', { name: 'Accept', exact: true }).click();
    await page.waitForURL(/\/readers\?said=/);
    await page.goto(path);
    await expect(page.getByRole('region', { name: 'Change waiting for approval' })).toBeVisible();
  },
  'a delivery with all that is known of it': async (page, instance) => {
    const name = unique('known');
    await addCredential(page, instance, { name });
    const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
    await fetchConfig(instance, token, { run: { 'Regcred-Run': 'run-1', 'Regcred-Branch': 'main' } });
    await page.goto(`${await pathOf(page, instance, name)}/deliveries`);
    await page.getByRole('region', { name: 'Fetches' }).locator('.receipt > summary').click();
    await expect(page.getByText('As claimed', { exact: true })).toBeVisible();
  },
  'the menu of a credential': async (page, instance) => {
    const name = unique('menu');
    await addCredential(page, instance, { name });
    await page.goto(await pathOf(page, instance, name));
    await page.getByRole('button', { name: `More actions for ${name}` }).click();
    await expect(page.getByRole('link', { name: 'Delete', exact: true })).toBeVisible();
  },
  'a delete dialog that offers another credential': async (page, instance) => {
    const [name, host] = [unique('offer'), `${unique('offer')}.example.com`];
    for (const one of [name, `${name}-other`]) await addCredential(page, instance, { name: one, registry_url: host });
    await addPipeline(page, instance, { name, credentials: [name] });
    await page.goto(`${await pathOf(page, instance, name)}/delete`);
    await fillIn(page.locator('form:has(button:text-is("Move grants"))'), { 'Your password': 'not the password' });
    await page.getByRole('button', { name: 'Move grants', exact: true }).click();
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  },
  'a pipeline that was refused': async (page, instance) => {
    const dialog = await openNewPipeline(page, instance, { name: '' });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(dialog.getByRole('alert')).toBeVisible();
  },
  'a token that is shown once': async (page, instance) => {
    const dialog = await openNewPipeline(page, instance, { name: unique('shown') });
    await fillIn(dialog, { 'Your password': instance.account.password });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(page.getByRole('region', { name: 'New token' })).toBeVisible();
  },
  'a grant whose conditions were refused': async (page, instance) => {
    const name = unique('refused');
    await addCredential(page, instance, { name });
    await addPipeline(page, instance, { name: unique('ci') });
    const grants = page.getByRole('region', { name: 'Grants' });
    await grants.getByText('Conditions', { exact: true }).click();
    await fillIn(grants, { 'Only from these branches': 'a b', 'Your password': instance.account.password });
    await grants.getByRole('button', { name: 'Grant', exact: true }).click();
    await expect(grants.getByText('A pattern contains a space')).toBeVisible();
  },
  'a pipeline with a grant that waits and a trust rule': async (page, instance) => {
    const name = unique('waits');
    await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
    await addPipeline(page, instance, { name, credentials: [name], access: 'Pull and push' });
    await expect(page.getByText('waiting for approval', { exact: true })).toBeVisible();
    await openPart(page, 'identity');
    await page.getByRole('link', { name: 'Add trust rule' }).click();
    await fillIn(page, { 'Repository id': '1', 'Owner id': '2', 'Environment': 'release', 'Your password': instance.account.password });
    await page.getByRole('button', { name: 'Add trust rule' }).click();
    await expect(page.getByText('environment release of repository 1')).toBeVisible();
  },
  'requests that wait for other members': async (page, instance) => {
    const name = unique('asked');
    await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
    await addPipeline(page, instance, { name, credentials: [name], access: 'Pull and push' });
    await page.goto(`${instance.project}/approvals`);
    await expect(page.getByRole('region', { name: 'Waiting for other members' }).getByRole('link', { name, exact: true })).toHaveCount(2);
  },
  'a trust rule that was refused': async (page, instance) => {
    await addPipeline(page, instance, { name: unique('ci') });
    await openPart(page, 'identity');
    await page.getByRole('link', { name: 'Add trust rule' }).click();
    await page.getByRole('button', { name: 'Add trust rule' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
  },
  'a grant that is doubted': async (page, instance) => {
    const name = unique('doubted');
    await addCredential(page, instance, { name });
    await addPipeline(page, instance, { name: unique('ci') });
    const grants = page.getByRole('region', { name: 'Grants' });
    await grants.getByText('Conditions', { exact: true }).click();
    await fillIn(grants, { 'Credential': `${name} (registry.example.com, pull only)`, 'Only from these branches': 'main', 'Your password': instance.account.password });
    await grants.getByRole('button', { name: 'Grant', exact: true }).click();
    await expect(page.getByText('No trust rule of this pipeline proves a branch').first()).toBeVisible();
  },
  'a token that was tried': async (page, instance) => {
    await addPipeline(page, instance, { name: unique('ci') });
    await openPart(page, 'identity');
    await page.getByRole('link', { name: 'Try a token' }).click();
    // A header and the claim of an issuer, signed by nobody.
    await fillIn(page, { Token: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLmNvbSJ9.AAAA' });
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Result' })).toBeVisible();
  },
  'signing in after a wrong password': async (page) => {
    await page.context().clearCookies();
    await page.goto('/sign-in');
    await fillIn(page, { Email: 'nobody@example.com', Password: 'wrong' });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('is incorrect')).toBeVisible();
  },
  ...DECIDED,
  ...GOVERNED,
};
