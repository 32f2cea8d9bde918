import { writeFileSync } from 'node:fs';
import { files } from './generated.ts';

/** Writes the manifests that follow from deploy/services.ts and deploy/prometheus/alerts.yml. */
for (const { path, content } of files()) writeFileSync(path, content);
