/** Lighthouse, which is installed outside the checkout, and what of its answer is looked at. */
import { pathToFileURL } from 'node:url';

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
type Category = (typeof CATEGORIES)[number];

type Audit = { id: string; score: number | null; title: string; displayValue?: string; details?: { items?: Item[] } };
type Item = { node?: { snippet?: string; selector?: string }; description?: string; source?: string };
type Report = {
  runtimeError?: { message: string };
  finalDisplayedUrl: string;
  audits: Record<string, Audit>;
  categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
};
type Lighthouse = (url: string, flags: object) => Promise<{ lhr: Report } | undefined>;

export type Measured = {
  scores: Record<Category, number>;
  /** What is below its mark and why, a line for each audit and element. */
  problems: string[];
};

/** How often a page is measured that is slow: whatever else the machine does makes it slower, and never quicker. */
const TRIES = 3;

/** What each category has to reach. */
export const MARKS: Record<Category, number> = { performance: 98, accessibility: 100, 'best-practices': 100, seo: 100 };

/** A page that says 404 or 422 says so on purpose: these audits would blame it for that. */
const OF_REFUSALS = ['http-status-code', 'errors-in-console'];

/** Measures the page in the browser that listens on this port, with the cookies that it has. */
export async function measure(url: string, port: number, isRefused: boolean): Promise<Measured> {
  let best = await once(url, port, isRefused);
  for (let i = 1; i < TRIES && best.scores.performance < MARKS.performance; i++) {
    const next = await once(url, port, isRefused);
    if (next.scores.performance > best.scores.performance) best = next;
  }
  return best;
}

async function once(url: string, port: number, isRefused: boolean): Promise<Measured> {
  const place = process.env.REGCRED_LIGHTHOUSE;
  if (!place) throw new Error('Set REGCRED_LIGHTHOUSE to the folder of lighthouse, as .ci/lighthouse does.');
  const { default: lighthouse } = (await import(pathToFileURL(place).href)) as { default: Lighthouse };
  const result = await lighthouse(url, {
    port,
    logLevel: 'error',
    onlyCategories: CATEGORIES,
    // It would sign the person out.
    disableStorageReset: true,
    ignoreStatusCode: isRefused,
    skipAudits: isRefused ? OF_REFUSALS : null,
  });
  if (!result || result.lhr.runtimeError) throw new Error(`${url}: ${result?.lhr.runtimeError?.message ?? 'no report'}`);
  if (result.lhr.finalDisplayedUrl !== url) throw new Error(`${url} led to ${result.lhr.finalDisplayedUrl}`);
  const scoreOf = (category: Category) => Math.round((result.lhr.categories[category].score ?? 0) * 100);
  const scores = Object.fromEntries(CATEGORIES.map((category) => [category, scoreOf(category)])) as Measured['scores'];
  const below = CATEGORIES.filter((category) => scores[category] < MARKS[category]);
  return { scores, problems: below.flatMap((category) => reasons(result.lhr, category)) };
}

/** The audits for which the category is below its mark, and what they point at. */
function reasons({ audits, categories }: Report, category: Category): string[] {
  return categories[category].auditRefs
    .filter(({ weight }) => weight > 0)
    .map(({ id }) => audits[id]!)
    .filter(({ score }) => score !== null && score < 0.9)
    .flatMap(({ id, title, displayValue, details }) => [
      `${category}: ${id}: ${title} ${displayValue ?? ''}`.trimEnd(),
      ...(details?.items ?? []).slice(0, 5).map(named).filter((line) => line !== ''),
    ]);
}

function named({ node, description, source }: Item): string {
  const words = node ? `${node.selector ?? ''} ${node.snippet ?? ''}` : `${source ?? ''} ${description ?? ''}`;
  return words.trim() === '' ? '' : `  ${words.trim().slice(0, 300)}`;
}
