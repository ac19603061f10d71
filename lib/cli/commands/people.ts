/** project, user, token, audit. */
import { randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import { passwordSchema } from "@/lib/auth/password";
import { emailSchema } from "@/lib/domain/email";
import { DEFAULT_LOCALE, LOCALES } from "@/lib/domain/locales";
import { ROLES, type Role, SCOPES, type Scope } from "@/lib/domain/roles";
import { DomainError } from "@/lib/errors";
import { sealAudit, verifyAudit } from "@/lib/services/audit/chain";
import { listAudit } from "@/lib/services/audit/list";
import type { ServiceContext } from "@/lib/services/context";
import { createProject, listProjects } from "@/lib/services/projects/projects";
import { createToken, revokeToken } from "@/lib/services/tokens/tokens";
import { createUser } from "@/lib/services/users/create";
import { listUsers } from "@/lib/services/users/list";
import { updateUser } from "@/lib/services/users/update";
import * as options from "../options";
import { findProject, print, printJson, run } from "../session";

function emailOf(text: string): string {
  const parsed = emailSchema.safeParse(text);
  if (!parsed.success) throw new DomainError("invalid", `"${text}" is not an e-mail address`);
  return parsed.data;
}

async function findUser(context: ServiceContext, email: string): Promise<string> {
  const wanted = emailOf(email);
  const { rows } = await listUsers(context, { limit: 200, search: wanted });
  const user = rows.find((row) => row.email === wanted);
  if (!user) throw new DomainError("not_found", `There is no account for ${wanted}`);
  return user.id;
}

async function readPassword(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  const parsed = passwordSchema.safeParse(text.replace(/\r?\n$/u, ""));
  if (!parsed.success) throw new DomainError("invalid", `the password needs ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

interface UserOptions {
  name?: string;
  role: Role;
  locale: string;
  passwordStdin?: boolean;
}

async function createUserCommand(email: string, given: UserOptions): Promise<void> {
  await run(async ({ context }) => {
    const address = emailOf(email);
    const password = given.passwordStdin ? await readPassword() : randomBytes(15).toString("base64url");
    const name = given.name ?? address.split("@")[0] ?? address;
    const user = await createUser(context, { email: address, name, role: given.role, locale: given.locale, password });
    print(`created ${user.role} ${user.email} (${user.id})`);
    if (!given.passwordStdin) print(`password, shown once: ${password}`);
  });
}

async function listUsersCommand(): Promise<void> {
  await run(async ({ context }) => {
    for (let after: string | undefined; ; ) {
      const page = await listUsers(context, { limit: 200, after });
      for (const user of page.rows)
        print(`${user.id}  ${user.role.padEnd(9)} ${user.email}${user.disabledAt ? "  disabled" : ""}`);
      if (page.next === null) return;
      after = page.next;
    }
  });
}

function addUserCommands(program: Command): void {
  const user = program.command("user").description("accounts");
  user
    .command("create")
    .description("create an account; without --password-stdin a password is made and shown once")
    .argument("<email>")
    .option("-n, --name <name>", "name as others see it")
    .addOption(new Option("-r, --role <role>", "what the person may do").choices(ROLES).default("annotator"))
    .addOption(new Option("--locale <locale>", "language of the screens").choices(LOCALES).default(DEFAULT_LOCALE))
    .option("--password-stdin", "read the password from standard input")
    .action(createUserCommand);
  user.command("list").description("all accounts").action(listUsersCommand);
  user
    .command("disable")
    .description("disable an account and end its sessions and tokens")
    .argument("<email>")
    .action((email: string) =>
      run(async ({ context }) => {
        await updateUser(context, { id: await findUser(context, email), disabled: true });
        print(`disabled ${email}`);
      }),
    );
}

function addTokenCommands(program: Command): void {
  const token = program.command("token").description("bearer tokens for the API");
  token
    .command("create")
    .description("create a token for a person; it is shown once")
    .argument("<email>")
    .option("-n, --name <name>", "what it is for", "command line")
    .addOption(new Option("-s, --scopes <scope...>", "what it may do").choices(SCOPES).default(["annotate"]))
    .option("-d, --days <n>", "days until it expires", options.wholeNumber(1), 90)
    .action((email: string, given: { name: string; scopes: Scope[]; days: number }) =>
      run(async ({ context }) => {
        const userId = await findUser(context, email);
        const { name, scopes, days } = given;
        const made = await createToken(context, { name, scopes, expiresInDays: days, userId });
        print(`token ${made.id}, expires ${made.expiresAt}`);
        print(made.token);
      }),
    );
  token
    .command("revoke")
    .description("end a token at once")
    .argument("<id>")
    .action((id: string) =>
      run(async ({ context }) => {
        await revokeToken(context, id);
        print(`revoked ${id}`);
      }),
    );
}

async function verifyCommand(): Promise<void> {
  await run(async ({ context }) => {
    await sealAudit(context);
    const { verified, unsealed, head, broken } = await verifyAudit(context);
    if (broken)
      throw new DomainError(
        "conflict",
        `the audit chain is broken at link ${broken.position} (event ${broken.eventId}): ${broken.reason}; ${verified} links before it hold`,
      );
    print(`the audit chain holds: ${verified} links, ${unsealed} events not sealed yet`);
    print(`head ${head}`);
  });
}

interface TailOptions {
  project?: string;
  lines: number;
  json?: boolean;
}

async function tailCommand(given: TailOptions): Promise<void> {
  await run(async ({ context }) => {
    const projectId = given.project ? await findProject(context, given.project) : undefined;
    const { rows } = await listAudit(context, { projectId, limit: given.lines });
    if (given.json) return printJson(rows);
    for (const row of rows.toReversed())
      print(`${row.at}  ${row.actorName ?? row.actorKind}  ${row.action}  ${row.objectType} ${row.objectId}`);
  });
}

function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("the audit trail");
  audit.command("verify").description("seal what is new, then recompute the whole hash chain").action(verifyCommand);
  audit
    .command("tail")
    .description("the newest events, oldest of them first")
    .addOption(options.project())
    .option("-l, --lines <n>", "how many (at most 200)", options.numberBetween(1, 200), 20)
    .option("--json", "with all details, newest first")
    .action(tailCommand);
}

function addProjectCommands(program: Command): void {
  const project = program.command("project").description("projects");
  project
    .command("list")
    .description("all projects")
    .action(() =>
      run(async ({ context }) => {
        for (const { id, name, comparisons, openItems } of (await listProjects(context)).rows)
          print(`${id}  ${comparisons} comparisons, ${openItems} open items  ${name}`);
      }),
    );
  project
    .command("create")
    .description("create a project with the default settings")
    .argument("<name>")
    .option("-d, --description <text>", "what it is about", "")
    .action((name: string, given: { description: string }) =>
      run(async ({ context }) => {
        if (name.trim() === "" || name.length > 200) throw new DomainError("invalid", "a name has 1 to 200 characters");
        const { id } = await createProject(context, { name: name.trim(), description: given.description });
        print(id);
      }),
    );
}

export function addPeopleCommands(program: Command): void {
  addProjectCommands(program);
  addUserCommands(program);
  addTokenCommands(program);
  addAuditCommands(program);
}
