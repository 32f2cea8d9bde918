// Generated from schemas/ by `npm run generate`. Do not edit.

/** Something stopped working. */
export interface IncidentOpened {
  /** The monitoring system's id of the incident. */
  incidentId: string;
  /** What stopped working. */
  title: string;
  /** How bad it is, such as critical, major or minor. */
  severity: string | null;
  /** Where the work on it stands, such as investigating. */
  status: string | null;
  /** What is known about it. */
  description: string | null;
  /** What is affected. */
  services: string[];
  /** Who is affected, by the ids the chatbot knows them by. */
  userIds: string[];
  /** Where people follow it. */
  url: string | null;
  /** When it began. */
  startedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** What had stopped working works again. */
export interface IncidentResolved {
  /** The monitoring system's id of the incident. */
  incidentId: string;
  /** What had stopped working. */
  title: string | null;
  /** How bad it was, such as critical, major or minor. */
  severity: string | null;
  /** What was done about it. */
  resolution: string | null;
  /** What was affected. */
  services: string[];
  /** Who was affected, by the ids the chatbot knows them by. */
  userIds: string[];
  /** Where people read about it. */
  url: string | null;
  /** When it began. */
  startedAt: number | null;
  /** When it ended. */
  resolvedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A deployment ended, successfully or not. */
export interface DeployFinished {
  /** The deployment system's id of the deployment. */
  deploymentId: string;
  /** The deployed service. */
  service: string | null;
  /** The environment, such as production or staging. */
  environment: string | null;
  /** How the deployment ended, such as success or failure. */
  status: string | null;
  /** The deployed version. */
  version: string | null;
  /** The repository of the code. */
  repository: string | null;
  /** The deployed branch. */
  branch: string | null;
  /** The id of the deployed commit. */
  commit: string | null;
  /** Who started the deployment. */
  author: string | null;
  /** Details of the outcome. */
  description: string | null;
  /** The people to notify, by the chatbot platform's ids. */
  userIds: string[];
  /** The page or log of the deployment. */
  url: string | null;
  /** Where the deployed service runs. */
  environmentUrl: string | null;
  /** When the deployment started. */
  startedAt: number | null;
  /** When it ended. */
  finishedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A build or another run of a CI pipeline failed. */
export interface BuildFailed {
  /** The CI system's id of the build. */
  buildId: string;
  /** The number of the build that people know, if it differs from the id. */
  buildNumber: string | null;
  /** The service that was built. */
  service: string | null;
  /** The environment that the build was for. */
  environment: string | null;
  /** The name of the pipeline or workflow. */
  pipeline: string | null;
  /** How the build ended, such as failure, cancelled or timed_out. */
  status: string | null;
  /** The repository of the code. */
  repository: string | null;
  /** The built branch. */
  branch: string | null;
  /** The id of the built commit. */
  commit: string | null;
  /** The message of that commit. */
  commitMessage: string | null;
  /** Who made the change or started the build. */
  author: string | null;
  /** The step that failed. */
  failedStep: string | null;
  /** Why it failed. */
  reason: string | null;
  /** The number of the attempt, from 1. */
  attempt: number | null;
  /** The people to notify, by the chatbot platform's ids. */
  userIds: string[];
  /** The page or log of the build. */
  url: string | null;
  /** When the build started. */
  startedAt: number | null;
  /** When it failed. */
  failedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** Maintenance was scheduled. */
export interface MaintenanceScheduled {
  /** The status page's id of the maintenance. */
  maintenanceId: string;
  /** What is going to happen. */
  title: string | null;
  /** Details of the work and of its effects. */
  description: string | null;
  /** The affected services. */
  services: string[];
  /** The affected environment, such as production. */
  environment: string | null;
  /** How much is affected, such as none, minor or major. */
  impact: string | null;
  /** The status of the work, such as scheduled. */
  status: string | null;
  /** When the maintenance starts. */
  startsAt: number;
  /** When the maintenance is planned to end. */
  endsAt: number | null;
  /** The affected people, by the chatbot platform's ids. */
  userIds: string[];
  /** The page of the maintenance. */
  url: string | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}
