import type { Page } from '@playwright/test';
import { addCredential, expectSaid, openEdit, pathOf } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addMember, signIn } from '../support/members.ts';
import { addPipeline, fetchConfig, grantOf, openNewPipeline, signInFor } from '../support/pipelines.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const grantsOf = (page: Page) => page.getByRole('region', { name: 'Grants' });

test('a protected credential that can push waits until a second person approves it', async ({ page, stranger, instance }) => {
  const [name, password] = [unique('guarded'), secret()];
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host, access: 'pull_push', is_protected: 'true', password });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull and push' });
  const pipeline = new URL(page.url()).pathname;
  const row = (of: Page) => grantsOf(of).getByRole('row').filter({ hasText: name });
  await expect(row(page)).toContainText('waiting for approval');
  await expect(page.getByRole('link', { name: `Approve ${name}` })).toHaveCount(0);
  const push = async () => fetchConfig(instance, token, { intent: 'push' });
  const waiting = await push();
  expect(await waiting.json()).toEqual({ auths: {} });
  expect(waiting.headers.get('regcred-left-out')).toContain('waiting for approval');
  // Also to pull: it is the same secret, and that can push.
  expect(signInFor(await (await fetchConfig(instance, token)).json(), host)).toBeUndefined();

  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, pipeline);
  await stranger.getByRole('link', { name: `Approve ${name}` }).click();
  await expect(stranger.getByRole('heading', { name: 'Approve a grant', exact: true })).toBeVisible();
  await expect(stranger.getByRole('main')).toContainText(host);
  await expectValues(stranger, { 'Approved for (days)': '30' });

  const attempts: [string, string, string, RegExp][] = [
    ['0', kim.password, 'Approved for (days)', /from 1 to 365/],
    ['366', kim.password, 'Approved for (days)', /from 1 to 365/],
    ['7', 'not the password', 'Your password', /This is not your password/],
  ];
  for (const [days, own, wrong, sentence] of attempts) {
    await fillIn(stranger, { 'Approved for (days)': days, 'Your password': own });
    await stranger.getByRole('button', { name: 'Approve', exact: true }).click();
    await expectWrong(stranger, wrong, sentence);
    await expectValues(stranger, { 'Approved for (days)': days, 'Your password': '' });
  }
  expect(await (await push()).json()).toEqual({ auths: {} });

  await fillIn(stranger, { 'Your password': kim.password });
  await stranger.getByRole('button', { name: 'Approve', exact: true }).click();
  await expectSaid(stranger, `can use ${name} until`);
  await expect(row(stranger)).toContainText(`approved by ${kim.name} until`);
  await expect(stranger.getByRole('link', { name: `Approve ${name}` })).toHaveCount(0);
  expect(signInFor(await (await push()).json(), host)).toEqual(['acme-bot', password]);
});

test('the creator of a grant is told why they cannot approve it', async ({ page, instance }) => {
  const name = unique('own');
  await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
  await addPipeline(page, instance, { name: unique('ci'), credentials: [name], access: 'Pull and push' });
  const pipeline = new URL(page.url()).pathname;
  const grant = await grantOf(page, name);
  await page.goto(`${pipeline}/grants/${grant}/approve`);
  await expect(page.getByText('You created this grant, so another member must approve it')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);
});

test('a grant that needs no approval says so, and an unknown grant is not found', async ({ page, instance }) => {
  const name = unique('plain');
  await addCredential(page, instance, { name });
  await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
  const pipeline = new URL(page.url()).pathname;
  const grant = await grantOf(page, name);
  await page.goto(`${pipeline}/grants/${grant}/approve`);
  await expect(page.getByText('This grant needs no approval.')).toBeVisible();
  for (const none of ['00000000-0000-0000-0000-000000000000', 'x']) {
    const response = await page.goto(`${pipeline}/grants/${none}/approve`);
    expect(response!.status()).toBe(404);
  }
});

test('the form says which credential needs an approval', async ({ page, instance }) => {
  const name = unique('said');
  await addCredential(page, instance, { name, registry_url: 'quay.io', access: 'pull_push', is_protected: 'true' });
  const dialog = await openNewPipeline(page, instance, { name: unique('ci') });
  const label = `${name} (quay.io, protected: needs approval)`;
  await expect(dialog.getByRole('checkbox', { name: label, exact: true })).toBeVisible();
});

test('what waits is found from the menu, and rejected with a reason', async ({ page, stranger, instance }) => {
  const [name, ci] = [unique('guarded'), unique('ci')];
  await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
  const token = await addPipeline(page, instance, { name: ci, credentials: [name], access: 'Pull and push' });
  const pipeline = new URL(page.url()).pathname;
  await page.goto(`${instance.project}/approvals`);
  await expect(page.getByRole('region', { name: 'Waiting for other members' })).toContainText(name);

  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, `${instance.project}/credentials`);
  await stranger.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: /waiting for your approval/ }).click();
  await expect(stranger).toHaveURL(`${instance.project}/approvals`);
  const yours = stranger.getByRole('region', { name: 'Waiting for you' });
  await expect(yours.getByRole('row').filter({ hasText: name })).toContainText('The grant is new.');
  await yours.getByRole('link', { name: `Review ${name} for ${ci}` }).click();

  const form = stranger.getByRole('region', { name: 'Reject' });
  await form.getByRole('button', { name: 'Reject' }).click();
  await expectWrong(stranger, 'Reason', /Enter a reason/);
  await fillIn(form, { Reason: 'Ask for one repository.' });
  await form.getByRole('button', { name: 'Reject' }).click();
  await expectSaid(stranger, `The grant of ${ci} was rejected.`);
  const said = `Rejected by ${kim.name}: Ask for one repository.`;
  await expect(grantsOf(stranger)).toContainText(said);
  await stranger.goto(`${instance.project}/approvals`);
  await expect(stranger.getByRole('main')).not.toContainText(ci);

  const refused = await fetchConfig(instance, token);
  expect(refused.headers.get('regcred-left-out')).toContain('the grant was rejected by a second person');
  await page.goto(`${pipeline}/deliveries`);
  const fetches = page.getByRole('region', { name: 'Fetches' });
  await fetches.locator('summary').filter({ hasText: 'rejected' }).click();
  await fetches.getByRole('link', { name: 'See who rejected the grant, and why' }).click();
  await expect(grantsOf(page)).toContainText(said);
  await expect(grantsOf(page)).not.toContainText('waiting for approval');
  await grantsOf(page).getByRole('link', { name: 'See the request' }).click();
  await expect(page.getByText(said, { exact: true })).toBeVisible();
});

test('a change of guards is found and rejected with a reason', async ({ page, stranger, instance }) => {
  const name = unique('guarded');
  await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
  const path = await pathOf(page, instance, name);
  const dialog = await openEdit(page, instance, name);
  await dialog.getByText('More options').click();
  await dialog.getByLabel('Protected', { exact: true }).uncheck();
  await dialog.getByRole('button', { name: 'Save Changes' }).click();
  await expectSaid(page, 'waits for another member');

  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, `${instance.project}/pipelines`);
  await stranger.getByRole('main').getByRole('link', { name: /waiting for your approval/ }).click();
  await stranger.getByRole('link', { name: `Review the change of ${name}` }).click();
  const change = stranger.getByRole('region', { name: 'Change waiting for approval' });
  await fillIn(change, { Reason: 'It guards production.' });
  await change.getByRole('button', { name: 'Reject' }).click();
  await expectSaid(stranger, `The proposed change of ${name} was rejected.`);

  await page.goto(path);
  const rejected = page.getByRole('region', { name: 'Rejected change' });
  await expect(rejected).toContainText(`Rejected by ${kim.name}: It guards production.`);
  await rejected.getByRole('button', { name: 'Dismiss' }).click();
  await expectSaid(page, `The rejected change of ${name} is no longer shown.`);
  await expect(rejected).toHaveCount(0);
});
