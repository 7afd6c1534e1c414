/** What pages look like to a second person, and where somebody was too late or may not do something. */
import { expect, type Page } from '@playwright/test';
import { addCredential, openEdit, openNew, pathOf, send } from './credentials.ts';
import { fillIn } from './form.ts';
import { grantsOf } from './granting.ts';
import { addMember, addUser, signIn } from './members.ts';
import { addPipeline, fetchConfig, grantOf, pathOfPipeline } from './pipelines.ts';
import { unique } from './secrets.ts';
import type { Instance } from './server.ts';

/** Grants a pipeline a protected credential, and opens the page to decide on that, as another maintainer does. */
async function openRequest(page: Page, instance: Instance): Promise<void> {
  const name = unique('asked');
  await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
  await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull and push' });
  const request = `${pathOfPipeline(page)}/grants/${await grantOf(page, name)}/approve`;
  await signIn(page, await addMember(instance, 'maintainer'), request);
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toBeVisible();
}

/** Marks a credential as compromised; gives its path. */
async function compromise(page: Page, instance: Instance): Promise<string> {
  const name = unique('leaked');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  await page.goto(`${path}/compromise`);
  await page.getByRole('button', { name: 'Disable and mark as compromised' }).click();
  await expect(page.getByRole('heading', { name: 'Checklist' })).toBeVisible();
  return path;
}

/** How each state is reached, by what it shows. */
export const DECIDED: Record<string, (page: Page, instance: Instance) => Promise<void>> = {
  'a request that waits for the own approval': openRequest,
  'the approvals of a second person': async (page, instance) => {
    await openRequest(page, instance);
    await page.goto(`${instance.project}/approvals`);
    await expect(page.getByRole('region', { name: 'Waiting for you' }).getByRole('row')).not.toHaveCount(0);
  },
  'a grant that was rejected': async (page, instance) => {
    await openRequest(page, instance);
    const reject = page.getByRole('region', { name: 'Reject' });
    await fillIn(reject, { Reason: 'Ask for one repository.' });
    await reject.getByRole('button', { name: 'Reject' }).click();
    await expect(grantsOf(page)).toContainText('Ask for one repository.');
  },
  'a page that a role may not see': async (page, instance) => {
    await signIn(page, await addMember(instance, 'viewer'), `${instance.project}/audit`);
    await expect(page.getByRole('heading', { name: 'Not allowed' })).toBeVisible();
  },
  'a person without a project': async (page, instance) => {
    await signIn(page, await addUser(instance), '/');
    await expect(page.getByRole('heading', { name: 'No project yet' })).toBeVisible();
  },
  'signing in after the session ended': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { Name: 'typed before' });
    await page.context().clearCookies({ name: 'sid' });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(page.getByText('What you typed is kept')).toBeVisible();
  },
  'a token that was shown already': async (page, instance) => {
    await addPipeline(page, instance, { name: unique('shown') });
    await page.reload();
    await expect(page.getByText('The new token was already shown.')).toBeVisible();
  },
  'credentials that are selected': async (page, instance) => {
    const name = unique('selected');
    await addCredential(page, instance, { name });
    await page.goto(`${instance.project}/credentials?q=${name}`);
    await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
    await expect(page.getByRole('form', { name: 'Selected credentials' })).toBeVisible();
  },
  'an edit that comes after a newer one': async (page, instance) => {
    const name = unique('both');
    await addCredential(page, instance, { name });
    const slow = await openEdit(page, instance, name);
    const other = await page.context().newPage();
    const quick = await openEdit(other, instance, name);
    await fillIn(quick, { Description: 'Saved first' });
    await send(quick);
    await expect(other.getByText(`${name} was saved.`)).toBeVisible();
    await other.close();
    await fillIn(slow, { Description: 'Typed slowly' });
    await send(slow);
    await expect(slow.getByRole('alert')).toContainText('Nothing was overwritten.');
  },
  'an edit that would stop a pipeline': async (page, instance) => {
    const name = unique('narrowed');
    await addCredential(page, instance, { name, access: 'pull_push' });
    const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull and push' });
    await fetchConfig(instance, token, { intent: 'push' });
    const dialog = await openEdit(page, instance, name);
    await fillIn(dialog, { Access: 'Pull' });
    await send(dialog);
    await expect(dialog.getByRole('button', { name: 'Save anyway' })).toBeVisible();
    await expect(dialog.getByText('Regcred no longer delivers it to push').first()).toBeVisible();
  },
  'a credential that is marked as compromised': async (page, instance) => {
    await page.goto(await compromise(page, instance));
    await expect(page.getByRole('link', { name: 'Compromise', exact: true })).toBeVisible();
  },
  'the question about one that is marked already': async (page, instance) => {
    await page.goto(`${await compromise(page, instance)}/compromise`);
    await expect(page.getByText('This credential is already marked as compromised.')).toBeVisible();
  },
};
