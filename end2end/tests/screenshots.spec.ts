import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { isModal } from '../support/awake.ts';
import { expectNoSideScroll } from '../support/axe.ts';
import { addCredential, pathOf, type Draft } from '../support/credentials.ts';
import { ANN, startDemo } from '../support/demo.ts';
import { signIn } from '../support/members.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { keyFile } from '../support/secrets.ts';
import { NOBODY, type Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

const VIEWPORTS = [{ width: 1280, height: 800 }, { width: 360, height: 740 }];
const SCHEMES = ['light', 'dark'] as const;

const folder = () => join(test.info().config.rootDir, '..', 'screenshots');

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A project as it might be. Every name in it is made up. */
const credentials = (): Record<string, string>[] => [
  { name: 'docker-hub', description: 'Base images for every build', registry_url: 'docker.io', username: 'acmeci', expires_on: inDays(200) },
  { name: 'ghcr-build', description: 'The nightly builds', registry_url: 'ghcr.io', username: 'acme-build', access: 'pull_push', paths: 'acme', expires_on: inDays(12) },
  { name: 'ghcr-deploy', description: 'The deploy jobs of the shop', registry_url: 'ghcr.io', username: 'acme-deploy', paths: 'acme/shop', expires_on: inDays(90) },
  { name: 'gitlab-mirror', registry_url: 'registry.gitlab.com', username: 'gitlab+deploy-token-1', expires_on: inDays(-3) },
  { name: 'artifact-registry', description: 'Images of the data team', registry_url: 'europe-docker.pkg.dev', method: 'gcp_service_account_key', key_json: JSON.stringify(keyFile()), access: 'pull_push' },
  { name: 'ecr-production', registry_url: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', username: 'AWS', password: 'eyJwYXlsb2FkIjoiYWNtZSJ9', expires_on: inDays(0) },
  { name: 'quay-robots', description: 'Robot account of the platform team', registry_url: 'quay.io', username: 'acme+ci', rotate_every_days: '90' },
  { name: 'registry-example', registry_url: 'registry.example.com:5000', username: 'builder', access: 'pull_push' },
];

async function furnish(page: Page, instance: Instance): Promise<void> {
  for (const draft of credentials()) await addCredential(page, instance, draft as Draft);
  const token = await addPipeline(page, instance, { name: 'acme/shop', credentials: ['ghcr-deploy', 'docker-hub'] });
  await addPipeline(page, instance, { name: 'nightly', credentials: ['ghcr-deploy'] });
  for (const run of ['1041', '1042']) await fetchConfig(instance, token, { run: { 'Regcred-Run': run, 'Regcred-Branch': 'main' } });
  await page.goto(await pathOf(page, instance, 'quay-robots'));
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toBeVisible();
}

for (const viewport of VIEWPORTS) {
  for (const colorScheme of SCHEMES) {
    test.describe(`${viewport.width} px, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

      test('the list and its dialogs are drawn', async ({ page, instance }) => {
        const list = `${instance.project}/credentials`;
        const draw = async (name: string, address: string, isDialog = true) => {
          await page.goto(address);
          if (isDialog) await isModal(page);
          await expectNoSideScroll(page, name);
          const path = join(folder(), `${name}-${viewport.width}-${colorScheme}.png`);
          await page.screenshot({ path, animations: 'disabled' });
        };
        await draw('empty', list, false);
        await furnish(page, instance);
        await draw('list', list, false);
        await expect(page.getByRole('button', { name: /^More actions for / })).toHaveCount(8);
        const deploy = await pathOf(page, instance, 'ghcr-deploy');
        await draw('create', `${list}/new?preset=ghcr`);
        await draw('edit', `${deploy}/edit`);
        await draw('replace', `${deploy}/secret`);
        await draw('delete', `${deploy}/delete`);
        await expect(page.getByRole('dialog').getByRole('link', { name: /^(acme\/shop|nightly)$/ })).toHaveCount(2);
        await draw('credential', deploy, false);
      });
    });
  }
}

test('the usage of the demo is drawn', async ({ browser }) => {
  test.setTimeout(240_000);
  const demo = await startDemo();
  const usage = '/p/acme/usage';
  try {
    for (const viewport of VIEWPORTS) {
      for (const colorScheme of SCHEMES) {
        const looks = { viewport, colorScheme, reducedMotion: 'reduce' } as const;
        const context = await browser.newContext({ baseURL: demo.url, storageState: NOBODY, ...looks });
        const page = await context.newPage();
        await signIn(page, ANN, usage);
        await page.waitForURL(`**${usage}`);
        await expectNoSideScroll(page, 'usage');
        const path = join(folder(), `usage-${viewport.width}-${colorScheme}.png`);
        await page.screenshot({ path, animations: 'disabled' });
        await context.close();
      }
    }
  } finally {
    await demo.stop();
  }
});
