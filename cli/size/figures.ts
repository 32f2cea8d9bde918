import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentedSizes } from './documentation.ts';
import type { Figures } from './plan.ts';

export type { Figures } from './plan.ts';

const FIGURES = join(import.meta.dirname, 'figures.json');
export const DOCUMENT = join(import.meta.dirname, '../../docs/capacity.md');

export const readFigures = async (): Promise<Figures> => JSON.parse(await readFile(FIGURES, 'utf8')) as Figures;

/** Keeps the figures, and what docs/capacity.md says by them. */
export async function writeFigures(figures: Figures): Promise<void> {
  await writeFile(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
  await writeFile(DOCUMENT, documentedSizes(await readFile(DOCUMENT, 'utf8'), figures));
}
