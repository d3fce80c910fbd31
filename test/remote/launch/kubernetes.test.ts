import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'machines.md'), 'utf8');
const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(join(root, 'test', 'fixtures', 'kubernetes-job.schema.json'), 'utf8')),
);
const manifest = () => parse(/^```yaml\n(.*?)^```/ms.exec(page)![1]!);

describe('the Kubernetes Job of the documentation', () => {
  it('is one that the API takes', () => {
    expect(schema.safeParse(manifest())).toMatchObject({ success: true });
  });

  it.each<[string, (job: any) => void]>([
    ['an unknown field', (job) => (job.spec.replicas = 8)],
    ['no template', (job) => delete job.spec.template],
    ['another kind', (job) => (job.kind = 'Deployment')],
    ['a pod that is always started again', (job) => (job.spec.template.spec.restartPolicy = 'Always')],
    ['an argument that is a number', (job) => (job.spec.template.spec.containers[0].args[0] = 1)],
    ['a mode beyond 0777', (job) => (job.spec.template.spec.volumes[0].secret.defaultMode = 512)],
    ['no quantity', (job) => (job.spec.template.spec.containers[0].resources.limits.memory = '16 GB')],
    ['a name in capitals', (job) => (job.metadata.name = 'Workers')],
  ])('would not be taken with %s', (_, change) => {
    const job = manifest();
    change(job);
    expect(schema.safeParse(job).success).toBe(false);
  });

  it('hands the join file to a worker as a worker accepts it', () => {
    const { containers, volumes, securityContext } = manifest().spec.template.spec;
    const [{ args, volumeMounts }] = containers;
    const file = args[args.indexOf('--join') + 1];
    const mount = volumeMounts.find(({ mountPath }: { mountPath: string }) => file.startsWith(`${mountPath}/`));
    const { secret } = volumes.find(({ name }: { name: string }) => name === mount.name);
    // Root's file: read by root and the pod's group, and by nobody else.
    expect(secret.defaultMode).toBe(0o440);
    expect(securityContext.fsGroup).toBe(securityContext.runAsGroup);
    expect(page).toContain(`kubectl create secret generic ${secret.secretName} --from-file=${file.split('/').at(-1)}=`);
  });
});
