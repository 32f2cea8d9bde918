import { bodyPaths } from '../body-paths.ts';
import { isObject, jsonIn } from '../json.ts';
import { defineProvider, type Json } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';

const workflowRun = (action: string, conclusion: string): string => `{
  "action": "${action}",
  "workflow_run": {
    "id": {{number}}, "name": "Build", "run_number": 562, "run_attempt": 1, "event": "push", "status": "${action}",
    "conclusion": ${conclusion}, "head_branch": "main", "head_sha": "acb5820ced9479c074f688cc328bf03f341a511d",
    "head_commit": { "id": "acb5820ced9479c074f688cc328bf03f341a511d", "message": "Round totals to the cent" },
    "html_url": "https://github.com/octocat/Hello-World/actions/runs/30433642", "actor": { "login": "octocat", "id": 1 },
    "created_at": "{{iso}}", "run_started_at": "{{iso}}", "updated_at": "{{iso}}"
  },
  "workflow": { "id": 159038, "name": "Build", "path": ".github/workflows/build.yml" },
  "repository": { "id": 1296269, "name": "Hello-World", "full_name": "octocat/Hello-World", "private": false },
  "sender": { "login": "octocat", "id": 1 }
}`;

/** In a form, GitHub's default, the JSON is a field. */
const eventIn = (body: Json): Json => jsonIn(body, 'payload');

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
export const github = defineProvider({
  ...hmacScheme({ header: 'x-hub-signature-256', prefix: 'sha256=', algorithm: 'sha256', encoding: 'hex' }),
  bodies: ['json', 'form'],
  handshake: ({ body, headers }) => {
    const event = eventIn(body);
    return headers['x-github-event'] === 'ping' && isObject(event) && 'zen' in event
      ? { status: 200, contentType: 'text/plain', body: '' }
      : undefined;
  },
  split: ({ body }) => [eventIn(body)],
  mappedHeaders: ['x-github-event'],
  mapping: {
    called: 'headers["x-github-event"]',
    events: [
      {
        type: 'build.failed',
        when: `headers["x-github-event"] == "workflow_run" && body.action == "completed" &&
          body.workflow_run.conclusion in ["failure", "timed_out", "startup_failure"]`,
        id: 'string(body.workflow_run.id) + "-" + string(body.workflow_run.run_attempt)',
        at: 'body.workflow_run.updated_at',
        fields: {
          buildId: 'body.workflow_run.id',
          buildNumber: 'body.workflow_run.run_number',
          service: 'body.repository.name',
          pipeline: 'body.workflow_run.name',
          status: 'body.workflow_run.conclusion',
          repository: 'body.repository.full_name',
          branch: 'body.workflow_run.head_branch',
          commit: 'body.workflow_run.head_sha',
          commitMessage: 'body.workflow_run.head_commit.message',
          author: 'body.workflow_run.actor.login',
          attempt: 'body.workflow_run.run_attempt',
          url: 'body.workflow_run.html_url',
          startedAt: 'body.workflow_run.run_started_at',
          failedAt: 'body.workflow_run.updated_at',
        },
      },
      {
        type: 'deploy.finished',
        when: `headers["x-github-event"] == "deployment_status" &&
          body.deployment_status.state in ["success", "failure", "error"]`,
        id: 'body.deployment_status.id',
        at: 'body.deployment_status.created_at',
        fields: {
          deploymentId: 'body.deployment.id',
          service: 'body.repository.name',
          environment: 'body.deployment_status.environment',
          status: 'body.deployment_status.state',
          repository: 'body.repository.full_name',
          branch: 'body.deployment.ref',
          commit: 'body.deployment.sha',
          author: 'body.deployment.creator.login',
          description: 'body.deployment_status.description',
          url: ['body.deployment_status.log_url', 'body.deployment_status.target_url'],
          environmentUrl: 'body.deployment_status.environment_url',
          startedAt: 'body.deployment.created_at',
          finishedAt: 'body.deployment_status.created_at',
        },
      },
    ],
    ignore: [
      ...bodyPaths(`
        action check_run enterprise installation organization repository sender workflow
      `),
      ...bodyPaths(
        `creator description environment node_id original_environment payload performed_via_github_app
        production_environment repository_url statuses_url task transient_environment updated_at url`,
        'deployment',
      ),
      ...bodyPaths(
        `creator deployment_url log_url node_id performed_via_github_app repository_url target_url updated_at
        url`,
        'deployment_status',
      ),
      ...bodyPaths(
        `actor artifacts_url cancel_url check_suite_id check_suite_node_id check_suite_url conclusion
        created_at display_title event head_branch head_commit head_repository head_sha html_url id jobs_url
        logs_url name node_id path previous_attempt_url pull_requests referenced_workflows repository
        rerun_url run_attempt run_number run_started_at status triggering_actor updated_at url workflow_id
        workflow_url`,
        'workflow_run',
      ),
    ],
  },
  examples: [
    {
      name: 'workflow_run failed',
      headers: { 'x-github-event': 'workflow_run' },
      body: workflowRun('completed', '"failure"'),
      becomes: ['build.failed'],
    },
    {
      name: 'workflow_run succeeded',
      headers: { 'x-github-event': 'workflow_run' },
      body: workflowRun('completed', '"success"'),
      becomes: [],
    },
    {
      name: 'deployment_status',
      headers: { 'x-github-event': 'deployment_status' },
      body: `{
        "action": "created",
        "deployment_status": {
          "id": {{number}}, "state": "success", "environment": "production", "description": "All health checks pass.",
          "target_url": "https://github.com/octocat/Hello-World/actions/runs/1", "log_url": "",
          "environment_url": "https://shop.example.com", "created_at": "{{iso}}", "updated_at": "{{iso}}"
        },
        "deployment": {
          "id": {{number}}, "sha": "acb5820ced9479c074f688cc328bf03f341a511d", "ref": "main", "task": "deploy",
          "environment": "production", "created_at": "{{iso}}", "creator": { "login": "octocat", "id": 1 }
        },
        "repository": { "id": 1296269, "name": "Hello-World", "full_name": "octocat/Hello-World", "private": false },
        "sender": { "login": "octocat", "id": 1 }
      }`,
      becomes: ['deploy.finished'],
    },
  ],
});
