import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential, openEdit, openNew, openRow, pathOf, send } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { everyPage } from '../support/pages.ts';
import { addPipeline, fetchConfig, openNewPipeline, openPart } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

const PAGES = [
  'the list', 'a search without a result', 'the create dialog', 'the create dialog with a preset',
  'the create dialog for a key file', 'the edit dialog', 'the dialog for another secret', 'the delete dialog', 'a credential',
  'what was delivered of a credential', 'the versions of a credential', 'a version that is current',
  'the activity of a credential', 'how to use a credential', 'granting a credential', 'the pipelines',
  'a search for pipelines without a result', 'the create dialog of pipelines', 'a pipeline', 'what proves a pipeline',
  'revoking a token', 'how a pipeline fetches', 'what a pipeline received', 'what was done to a pipeline',
  'the edit dialog of a pipeline', 'the delete dialog of a pipeline',
  'the encryption keys', 'the trusted issuers', 'removing an issuer', 'the jobs', 'a page that does not exist',
  'an address that nothing has', 'a filter that does not exist', 'signing in', 'a set-up link that was used',
  'a new trust rule', 'a new trust rule for a public key', 'a new trust rule for a shared secret',
  'trying a token', 'editing a trust rule', 'deleting a trust rule', 'editing a grant', 'revoking a grant', 'an approval', 'the approvals', 'the explainer', 'an answer of the explainer', 'a question that names no image',
  'the guides', 'a search in the guides', 'a search in the guides without a result', 'a guide', 'the guide of a registry',
  'the errors', 'a guide that does not exist',
];

for (const what of PAGES) {
  test(`axe finds nothing on ${what}`, async ({ scannable, instance }) => {
    const pages = await everyPage(scannable, instance);
    // Who is signed in does not see it.
    if (what === 'signing in') await scannable.context().clearCookies();
    await scannable.goto(pages[what]!);
    await expectAccessible(scannable, what);
  });
}

test('no page is left out of these tests', async ({ page, instance }) => {
  expect(Object.keys(await everyPage(page, instance))).toEqual(PAGES);
});

const STATES: Record<string, (page: Page, instance: Instance) => Promise<void>> = {
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
    await expect(page.getByText('Its path became the repository path.')).toBeVisible();
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
    await page.goto(`${await pathOf(page, instance, name)}/versions/1/destroy`);
    await page.getByRole('dialog').getByRole('button', { name: 'Destroy', exact: true }).click();
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  },
  'a delivery with all that is known of it': async (page, instance) => {
    const name = unique('known');
    await addCredential(page, instance, { name });
    const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
    await fetchConfig(instance, token, { run: { 'Regcred-Run': 'run-1', 'Regcred-Branch': 'main' } });
    await page.goto(`${await pathOf(page, instance, name)}/deliveries`);
    await page.getByRole('region', { name: 'Recent deliveries' }).locator('summary').click();
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
    await page.getByRole('button', { name: 'Move grants' }).click();
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
    await fillIn(grants, { 'Only from these branches': 'main', 'Your password': instance.account.password });
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
};

for (const [what, reach] of Object.entries(STATES)) {
  test(`axe finds nothing on ${what}`, async ({ scannable, instance }) => {
    await reach(scannable, instance);
    await expectAccessible(scannable, what);
  });
}

test('axe finds nothing on the set-up form', async ({ scannable, newServer }) => {
  await scannable.goto(newServer.setupLink);
  await expectAccessible(scannable, 'the set-up form');
});

test('axe finds nothing on the page to sign in before the set-up', async ({ scannable, newServer }) => {
  await scannable.goto(`${newServer.url}/sign-in`);
  await expect(scannable.getByText('This instance is not set up yet')).toBeVisible();
  await expectAccessible(scannable, 'signing in before the set-up');
});

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('axe finds nothing on the empty lists', async ({ scannable, instance }) => {
    for (const noun of ['credentials', 'pipelines']) {
      await scannable.goto(`${instance.project}/${noun}`);
      await expectAccessible(scannable, `no ${noun}`);
    }
  });

  test('axe finds nothing on the first steps', async ({ scannable, instance }) => {
    await addCredential(scannable, instance, { name: unique('first') });
    await scannable.goto(`${instance.project}/credentials`);
    await expect(scannable.getByRole('region', { name: 'First steps' })).toBeVisible();
    await expectAccessible(scannable, 'the first steps');
  });
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('no page is wider than 360 px', async ({ page, instance }) => {
    const long = 'a'.repeat(60);
    await addCredential(page, instance, { name: unique(long), registry_url: `${long}.example.com`, username: long });
    const pages = { ...(await everyPage(page, instance)), 'long names': `${instance.project}/credentials?q=${long}` };
    for (const [what, address] of Object.entries(pages)) {
      await page.goto(address);
      await expectNoSideScroll(page, what);
    }
  });
});
