import { readFile, writeFile } from 'node:fs/promises';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

/**
 * Takes what is not ours out of a source map, and all but the first place of each of our lines. Node reads the whole map
 * at the first stack trace, and keeps it: with all dependencies, which are readable in the bundle as they are, a service
 * would take 55 MB more, and with all places in our lines 9.
 */
export async function keepOwnSources(file: string): Promise<void> {
  const map = JSON.parse(await readFile(file, 'utf8')) as { file: string; sources: string[]; mappings: string };
  const own = map.sources.map((source) => !source.includes('/node_modules/'));
  const kept = map.sources.filter((_, index) => own[index]);
  const places = map.sources.map((source) => kept.indexOf(source));
  let mapped = false;
  const lines = decode(map.mappings).map((line) => {
    const segments: SourceMapSegment[] = [];
    let last = '';
    for (const [column, source, sourceLine, sourceColumn] of line) {
      const isOwn = source !== undefined && own[source] === true;
      const place = isOwn ? `${source}:${sourceLine}` : '';
      if (isOwn && place !== last) segments.push([column, places[source] ?? 0, sourceLine ?? 0, sourceColumn ?? 0]);
      // A place without a source, or what follows would count as the last line of ours.
      else if (!isOwn && mapped) segments.push([column]);
      mapped = isOwn;
      last = place;
    }
    return segments;
  });
  await writeFile(
    file,
    JSON.stringify({ version: 3, file: map.file, sources: kept, names: [], mappings: encode(lines) }),
  );
}
