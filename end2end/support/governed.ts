/** What the pages of reviews, findings, shipping and the audit look like after something was done on them. */
import { expect, type Locator, type Page } from '@playwright/test';
import { findOne } from './findings.ts';
import { trustIssuer } from './issuers.ts';
import { fillIn } from './form.ts';
import { addRule } from './granting.ts';
import { addMember } from './members.ts';
import { addPipeline, openPart } from './pipelines.ts';
import { unique } from './secrets.ts';
import type { Instance } from './server.ts';

/** A day that may be chosen for something that ends. */
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

/** Opens a review, which the browser is then at; gives its path. */
async function openReview(page: Page, instance: Instance): Promise<string> {
  const name = unique('review');
  await page.goto(`${instance.project}/reviews`);
  await fillIn(page, { Name: name });
  await page.getByRole('button', { name: 'Open review' }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Closes the review that the browser is at. */
async function closeReview(page: Page): Promise<void> {
  await page.locator('summary', { hasText: 'Close review' }).click();
  await page.getByRole('button', { name: 'Close review', exact: true }).click();
  await expect(page.getByText('The review was closed')).toBeVisible();
}

/** Accepts the finding of the row, for this reason. */
async function accept(row: Locator, reason: string): Promise<void> {
  await row.getByText('Accept', { exact: true }).click();
  await fillIn(row, { Reason: reason, Until: tomorrow() });
  await row.getByRole('button', { name: 'Accept finding' }).click();
}

/** Fills in the form of a destination, and sends it. */
async function addDestination(page: Page, instance: Instance, values: Record<string, string>): Promise<void> {
  await page.goto(`${instance.project}/audit/shipping`);
  await fillIn(page, { Name: unique('siem'), ...values, 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Add destination' }).click();
}

/** How each state is reached, by what it shows. */
export const GOVERNED: Record<string, (page: Page, instance: Instance) => Promise<void>> = {
  'the filters of the audit': async (page, instance) => {
    await page.goto(`${instance.project}/audit`);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page.getByLabel('Action', { exact: true })).toBeVisible();
  },
  'a destination that was refused': async (page, instance) => {
    await addDestination(page, instance, { Address: 'siem.example.com' });
    await expect(page.getByText('Enter the whole address').first()).toBeVisible();
  },
  'a destination whose token is shown once': async (page, instance) => {
    await addDestination(page, instance, { 'How it receives events': 'Pull by API' });
    await expect(page.getByText('This is shown once.')).toBeVisible();
  },
  'a destination that does not answer a test': async (page, instance) => {
    // A name that nobody can have.
    await addDestination(page, instance, { Address: 'https://siem.acme.invalid/regcred' });
    await page.getByRole('button', { name: 'Send a test' }).click();
    await expect(page.getByRole('alert').first()).toBeVisible({ timeout: 15_000 });
  },
  'an access review whose decision was refused': async (page, instance) => {
    await addMember(instance, 'auditor');
    await openReview(page, instance);
    await page.getByRole('button', { name: 'Save decision' }).click();
    await expect(page.getByText('Select an item first').first()).toBeVisible();
  },
  'what was decided in an access review': async (page, instance) => {
    await addMember(instance, 'auditor');
    const review = await openReview(page, instance);
    await page.goto(`${review}?kind=member`);
    await page.getByRole('button', { name: /^Confirm / }).first().click();
    await expect(page.getByText('was confirmed.')).toBeVisible();
    await page.goto(`${review}?show=decided&kind=member`);
    await expect(page.getByText(`Confirmed by ${instance.account.name}`)).toBeVisible();
  },
  'an access review that was closed': async (page, instance) => {
    await openReview(page, instance);
    await closeReview(page);
  },
  'the report of an access review that was closed': async (page, instance) => {
    await openReview(page, instance);
    await closeReview(page);
    await page.getByRole('link', { name: 'Report' }).click();
    await expect(page.getByRole('heading', { name: 'When the review was closed' })).toBeVisible();
  },
  'accepting a finding': async (page, instance) => {
    const row = await findOne(page, instance);
    await row.getByText('Accept', { exact: true }).click();
    await expect(row.getByLabel('Reason')).toBeVisible();
  },
  'a finding that was not accepted': async (page, instance) => {
    const row = await findOne(page, instance);
    await accept(row, '');
    await expect(row.getByText('Enter a reason.').first()).toBeVisible();
  },
  'a finding that was accepted': async (page, instance) => {
    const row = await findOne(page, instance);
    await accept(row, 'Everything there is public.');
    await expect(page.getByRole('status').filter({ hasText: 'The finding was accepted until' })).toBeVisible();
    await page.goto(`${instance.project}/findings?state=accepted&kind=no_credential`);
    await expect(row).toContainText('Everything there is public.');
  },
  'a file that was refused': async (page, instance) => {
    await addPipeline(page, instance, { name: unique('ci') });
    await openPart(page, 'definitions');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Choose files, or paste the text of one.').first()).toBeVisible();
  },
  'an issuer that was refused': async (page, instance) => {
    await page.goto('/admin/issuers');
    await fillIn(page, { 'Issuer': 'gitlab.example.com', 'Your password': instance.account.password });
    await page.getByRole('button', { name: 'Add issuer' }).click();
    await expect(page.getByText('The issuer must be an https:// address.').first()).toBeVisible();
  },
  'removing an issuer that a rule uses': async (page, instance) => {
    const issuer = `https://${unique('ci')}.example.com`;
    await trustIssuer(page, instance, issuer);
    await addPipeline(page, instance, { name: unique('ci') });
    await addRule(page, instance, 'gitlab', { 'Issuer': issuer, 'Project id': '20', 'Git reference': 'refs/heads/main' });
    await page.goto('/admin/issuers');
    await page.getByRole('link', { name: `Remove ${issuer}` }).click();
    await expect(page.getByRole('region', { name: 'Trust rules that stop' })).toBeVisible();
  },
};
