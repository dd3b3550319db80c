import { useInfiniteQuery } from "@tanstack/react-query";
import { Mail as MailIcon } from "lucide-react";
import { useState } from "react";

import type { Mail } from "@/api/types";
import { Page } from "@/app/page";
import { exact } from "@/format/time";
import { Button } from "@/ui/button";
import { Dialog, DialogBody } from "@/ui/dialog";
import { EmptyState, Fact, Facts, Panel } from "@/ui/layout";
import { Note } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { mailsQuery } from "./queries";

const STATES = {
  queued: { word: "waiting", tone: "busy" },
  held: { word: "shown here only", tone: "still" },
  delivered: { word: "sent", tone: "ok" },
  dead: { word: "given up", tone: "bad" },
} as const;

/** `reset_password` reads as “Reset password”. */
function kindWords(kind: string): string {
  const words = kind.replace(/[._]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function OperatorMailsPage() {
  const mails = useInfiniteQuery(mailsQuery());
  const [open, setOpen] = useState<Mail>();
  return (
    <Page title="Mails" quietHeading cli="stead operator mails">
      {mails.data && !mails.data.pages[0]?.mail_server ? (
        <Note
          tone="warn"
          className="mb-4"
          title="No mail server is set: nobody gets these mails."
          detail="Until one is, pass their links on from here. Set `smtp` in the configuration to send them."
        />
      ) : null}
      <Panel title="Mails" flush>
        <QueryView query={mails} rows={6}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <EmptyState icon={<MailIcon aria-hidden />} title="No mail was sent yet">
                <p>Verifications, sign-in links, invitations and notices appear here as they are sent.</p>
              </EmptyState>
            ) : (
              <Table label="Mails" head={["Subject", "To", "State", "When"]}>
                {items.map((mail) => (
                  <Row key={mail.id} className="relative hover:bg-hover">
                    <Cell wide>
                      <button
                        type="button"
                        className="text-left font-medium after:absolute after:inset-0"
                        onClick={() => setOpen(mail)}
                      >
                        {mail.content?.subject ?? kindWords(mail.kind)}
                      </button>
                    </Cell>
                    <Cell className="text-muted break-all">{mail.address}</Cell>
                    <Cell>
                      <Badge tone={STATES[mail.state].tone}>{STATES[mail.state].word}</Badge>
                    </Cell>
                    <Cell className="text-muted">
                      <RelativeTime at={mail.created_at} />
                    </Cell>
                  </Row>
                ))}
              </Table>
            );
          }}
        </QueryView>
      </Panel>
      {mails.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={mails.isFetchingNextPage} onClick={() => void mails.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {open ? (
        <Dialog
          open
          wide
          onOpenChange={(on) => {
            if (!on) setOpen(undefined);
          }}
          title={open.content?.subject ?? kindWords(open.kind)}
        >
          <DialogBody className="flex flex-col gap-4">
            <Facts>
              <Fact name="To">{open.address}</Fact>
              <Fact name="When">{exact(Date.parse(open.created_at))}</Fact>
              <Fact name="State">
                <Badge tone={STATES[open.state].tone}>{STATES[open.state].word}</Badge>
              </Fact>
              {open.attempts > 0 ? <Fact name="Attempts">{open.attempts}</Fact> : null}
              {open.problem ? <Fact name="Problem">{open.problem}</Fact> : null}
            </Facts>
            {open.content ? (
              <pre
                tabIndex={0}
                aria-label="Text of the mail"
                className="overflow-auto rounded-md border bg-sunken p-3 font-mono text-sm whitespace-pre-wrap break-words"
              >
                {open.content.text}
              </pre>
            ) : (
              <p className="text-muted">
                Its text is shown only while no mail server takes it: it may hold a link that is as good as a
                password.
              </p>
            )}
          </DialogBody>
        </Dialog>
      ) : null}
    </Page>
  );
}
