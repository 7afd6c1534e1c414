import { addCredential } from '../../support/credentials.ts';
import { addPipeline, fetchConfig } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const HOSTS = ['ghcr.io', 'docker.io', 'quay.io', 'registry.example.com:5000'];

for (const { width, height, rows } of [
  { width: 1280, height: 800, rows: 12 },
  { width: 390, height: 844, rows: 5 },
]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height } });

    test(`the first screen of the list shows ${rows} rows at least, each of the same height`, async ({ page, instance }) => {
      const prefix = unique('screen');
      for (let i = 0; i < 14; i++) {
        const description = i % 2 ? `What the builds of team ${i} pull from here and push there` : '';
        await addCredential(page, instance, { name: `${prefix}-${i}`, description, registry_url: HOSTS[i % 4]!, access: 'pull_push' });
      }
      // With a receipt the first steps are done.
      const token = await addPipeline(page, instance, { name: prefix, credentials: [`${prefix}-0`] });
      await fetchConfig(instance, token);
      await page.goto(`${instance.project}/credentials?q=${prefix}`);
      const boxes = await page.locator('tbody > tr').evaluateAll((found) => found.map((row) => row.getBoundingClientRect()));
      expect(boxes).toHaveLength(14);
      expect(boxes.filter(({ bottom }) => bottom <= height).length).toBeGreaterThanOrEqual(rows);
      const heights = boxes.map((box) => box.height);
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1.5);
    });
  });
}
