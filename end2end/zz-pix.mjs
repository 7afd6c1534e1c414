// node zz-pix.mjs PORT OUT WIDTHS(1280,390) SCHEMES(light,dark) JS(true,false) PATH...
import { chromium } from '@playwright/test';
import { existsSync } from 'node:fs';
const [port, out, widths, schemes, js, ...paths] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((p) => existsSync(p));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const first = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
const p = await first.newPage();
await p.goto(base + '/sign-in');
await p.getByLabel('Email').fill(process.env.WHO ?? 'ann@example.com');
await p.getByLabel('Password', { exact: true }).fill(process.env.PASS ?? 'three made-up words');
await p.getByRole('button', { name: 'Sign in' }).click();
await p.waitForURL((u) => !u.pathname.includes('sign-in'));
const storageState = await first.storageState();
for (const width of widths.split(',')) for (const scheme of schemes.split(',')) for (const j of js.split(',')) {
  const c = await browser.newContext({ storageState, locale: 'en-GB', timezoneId: 'UTC', colorScheme: scheme, javaScriptEnabled: j === 'true', viewport: { width: +width, height: width > 500 ? 800 : 844 } });
  const page = await c.newPage();
  for (const path of paths) {
    await page.goto(base + path);
    await page.waitForTimeout(150);
    const name = path.replace(/[^a-z0-9]+/gi, '-').slice(0, 60);
    await page.screenshot({ path: `${out}/${name}-${width}-${scheme}-${j === 'true' ? 'js' : 'nojs'}.png`, fullPage: true });
    const w = await page.evaluate('document.documentElement.scrollWidth');
    if (w > +width) console.log('WIDE', path, width, w);
  }
  await c.close();
}
await browser.close();
