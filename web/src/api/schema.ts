// Generated from the API description by `npm run generate`. Do not edit.
export interface paths {
    "/v1/auth/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a one-time link */
        post: operations["sign_in_with_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out */
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your sessions */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a one-time sign-in link */
        post: operations["create_sign_in_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your API tokens */
        get: operations["list_tokens"];
        put?: never;
        /** Make an API token */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API token */
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your tenants */
        get: operations["list_tenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tenant's members */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List instances */
        get: operations["list_instances"];
        put?: never;
        /** Create an instance */
        post: operations["create_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One instance, by id or name */
        get: operations["get_instance"];
        put?: never;
        post?: never;
        /** Delete an instance and everything in it */
        delete: operations["delete_instance"];
        options?: never;
        head?: never;
        /** Change an instance's settings */
        patch: operations["update_instance"];
        trace?: never;
    };
    "/v1/instances/{instance}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a stopped instance */
        post: operations["start_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an instance */
        post: operations["stop_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop and start */
        post: operations["restart_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/kill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it at once, without grace */
        post: operations["kill_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Freeze it in memory */
        post: operations["pause_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/wake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on after a pause, or start */
        post: operations["wake_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console's output as text */
        get: operations["get_console"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/console/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow the console and write to it (WebSocket) */
        get: operations["stream_console"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/exec": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run one command */
        post: operations["exec"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/exec/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Run one command with streams (WebSocket) */
        get: operations["stream_exec"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/terminals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List terminals */
        get: operations["list_terminals"];
        put?: never;
        /** Open a terminal */
        post: operations["create_terminal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/terminals/{terminal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Close a terminal */
        delete: operations["delete_terminal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/terminals/{terminal}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Attach to a terminal (WebSocket) */
        get: operations["stream_terminal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/ports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List ports */
        get: operations["list_ports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/ports/{port}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Declare a port, label it, choose who may open it */
        put: operations["set_port"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List operations */
        get: operations["list_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One operation */
        get: operations["get_operation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel an operation */
        post: operations["cancel_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a failed operation again */
        post: operations["retry_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An operation's log */
        get: operations["get_operation_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes as they happen (server-sent events) */
        get: operations["stream_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a file that a later request uses */
        post: operations["create_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace-config/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a phazeai.yaml */
        post: operations["validate_workspace_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List nodes */
        get: operations["list_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server's version */
        get: operations["get_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiToken: {
            id: string;
            name: string;
            /** @description First characters, to recognise it by. */
            hint: string;
            /** @description Permissions it is limited to; empty: all of its owner's. */
            scopes: string[];
            created_at: string;
            last_used_at?: string | null;
            expires_at?: string | null;
        };
        CreateApiToken: {
            name: string;
            scopes?: string[];
            /**
             * Format: int32
             * @description Days; absent: never expires.
             */
            expires_in_days?: number | null;
        };
        /** @description What to create. Everything is optional: `{}` makes a blank workspace with a made-up name. */
        CreateInstance: {
            /** @description Lower-case letters, digits and hyphens, at most 40; made from the repository when absent. */
            name?: string | null;
            source?: null | components["schemas"]["CreateSource"];
            /** @description `host` or an image reference; overrides `phazeai.yaml`. */
            image?: string | null;
            resources?: null | components["schemas"]["ResourcesInput"];
            env?: {
                [key: string]: string;
            };
            command?: string[] | null;
            ignore_workspace_config?: boolean;
            driver?: null | components["schemas"]["Driver"];
            /**
             * Format: int64
             * @description Seconds; 0 for never.
             */
            idle_timeout_seconds?: number | null;
        };
        CreateSource: {
            /** @enum {string} */
            kind: "git";
            url: string;
            revision?: string | null;
        } | {
            /** @enum {string} */
            kind: "upload";
            upload_id: string;
            origin?: string | null;
            branch?: string | null;
        };
        CreateTerminal: {
            command?: string[] | null;
            /** Format: int32 */
            columns?: number | null;
            /** Format: int32 */
            rows?: number | null;
        };
        /** @description The only answer that carries the secret. */
        CreatedApiToken: {
            token: components["schemas"]["ApiToken"];
            /** @description `stead_…`; not shown again. */
            secret: string;
        };
        /**
         * @description How a node runs an instance.
         * @enum {string}
         */
        Driver: "oci" | "sim";
        Event: {
            instance: components["schemas"]["Instance"];
            /** @enum {string} */
            type: "instance";
        } | {
            instance_id: string;
            /** @enum {string} */
            type: "instance_deleted";
        } | {
            operation: components["schemas"]["Operation"];
            /** @enum {string} */
            type: "operation";
        } | {
            instance_id: string;
            usage: components["schemas"]["Usage"];
            /** @enum {string} */
            type: "usage";
        } | {
            /** @enum {string} */
            type: "reset";
        };
        /** @description One command in a running instance. */
        Exec: {
            command: string[];
            env?: {
                [key: string]: string;
            };
            working_directory?: string | null;
            input?: string | null;
            /**
             * Format: int32
             * @description 60 when absent, at most 600; then the command is killed.
             */
            timeout_seconds?: number | null;
        };
        /** @description Output longer than 1 MiB is cut at the front; use the stream for more. */
        ExecResult: {
            /** Format: int32 */
            exit_code: number;
            stdout: string;
            stderr: string;
            truncated: boolean;
            timed_out: boolean;
        };
        /** @description The thing that runs. */
        Instance: {
            /** @example inst_01j9zz3kq8f7v9x2m4n5p6r7st */
            id: string;
            tenant_id: string;
            /**
             * @description Unique in the tenant.
             * @example shop
             */
            name: string;
            state: components["schemas"]["InstanceState"];
            /**
             * Format: int64
             * @description Grows with every change of the instance's settings; the value of `ETag`.
             */
            version: number;
            driver: components["schemas"]["Driver"];
            /** @description Absent until it has been placed. */
            node_id?: string | null;
            /**
             * @description `host` for the node's own userland, else an image reference.
             * @example host
             */
            image: string;
            resources: components["schemas"]["Resources"];
            source?: null | components["schemas"]["SourceView"];
            env: {
                [key: string]: string;
            };
            tasks: components["schemas"]["TaskView"][];
            ports: components["schemas"]["Port"][];
            /**
             * Format: int64
             * @description Seconds without use after which it stops; absent: never.
             */
            idle_timeout_seconds?: number | null;
            operation?: null | components["schemas"]["Operation"];
            usage?: null | components["schemas"]["Usage"];
            problem?: null | components["schemas"]["InstanceProblem"];
            created_by: string;
            created_at: string;
            updated_at: string;
        };
        /** @description An instance and the operation that is changing it. */
        InstanceOperation: {
            instance: components["schemas"]["Instance"];
            operation: components["schemas"]["Operation"];
        };
        InstanceProblem: {
            code: string;
            message: string;
            next_step?: string | null;
            errors?: components["schemas"]["ProblemField"][];
        };
        /** @description Phase, one sentence why, and since when. */
        InstanceState: {
            phase: components["schemas"]["Phase"];
            /** @example Stopped by Ada. */
            reason: string;
            since: string;
        };
        /** @description The caller. */
        Me: {
            user: components["schemas"]["User"];
            tenant: components["schemas"]["Tenant"];
            tenants: components["schemas"]["Tenant"][];
            permissions: string[];
            session_id?: string | null;
        };
        Member: {
            user: components["schemas"]["User"];
            role: components["schemas"]["Role"];
            since: string;
        };
        /** @description A machine that runs the agent. */
        Node: {
            id: string;
            name: string;
            connected: boolean;
            last_seen_at?: string | null;
            version: string;
            drivers: components["schemas"]["NodeDriver"][];
            /** Format: int32 */
            cpu_count: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int64 */
            disk_free_bytes: number;
            /** Format: int32 */
            instances: number;
        };
        NodeDriver: {
            driver: components["schemas"]["Driver"];
            pause: boolean;
            images: boolean;
            host_userland: boolean;
            limits: boolean;
            disk_quota: boolean;
            outbound_network: boolean;
            /** @description What is missing on this machine and what to do about it. */
            missing: string[];
        };
        /** @description A durable long-running action. */
        Operation: {
            id: string;
            tenant_id: string;
            /**
             * @description Such as `instance.create`.
             * @example instance.create
             */
            kind: string;
            /** @description The object it changes. */
            instance_id?: string | null;
            state: components["schemas"]["OperationState"];
            steps: components["schemas"]["Step"][];
            progress?: null | components["schemas"]["OperationProgress"];
            problem?: null | components["schemas"]["InstanceProblem"];
            /** @description Whether `POST …/cancel` would do something now. */
            cancellable: boolean;
            /** @description Whether `POST …/retry` would do something now. */
            retryable: boolean;
            created_by: string;
            created_at: string;
            started_at?: string | null;
            ended_at?: string | null;
            deadline: string;
        };
        OperationLogLine: {
            at: string;
            step?: string | null;
            text: string;
        };
        OperationProgress: {
            label: string;
            /** Format: int64 */
            done?: number | null;
            /** Format: int64 */
            total?: number | null;
        };
        /** @enum {string} */
        OperationState: "queued" | "running" | "undoing" | "succeeded" | "failed" | "cancelled";
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_ApiToken: {
            items: components["schemas"]["ApiToken"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Instance: {
            items: components["schemas"]["Instance"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Member: {
            items: components["schemas"]["Member"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Node: {
            items: components["schemas"]["Node"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Operation: {
            items: components["schemas"]["Operation"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_OperationLogLine: {
            items: components["schemas"]["OperationLogLine"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Port: {
            items: components["schemas"]["Port"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Session: {
            items: components["schemas"]["Session"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Tenant: {
            items: components["schemas"]["Tenant"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Terminal: {
            items: components["schemas"]["Terminal"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /**
         * @description State in one word. Shown with shape, colour and word.
         * @enum {string}
         */
        Phase: "starting" | "running" | "paused" | "stopping" | "stopped" | "unhealthy" | "failed" | "deleting" | "unknown";
        Port: {
            /** Format: int32 */
            port: number;
            label?: string | null;
            visibility: components["schemas"]["Visibility"];
            /** @description Something inside listens on it now. */
            listening: boolean;
            /** @description Named in the settings, not only detected. */
            declared: boolean;
            /** @example http://8000--shop.localhost:7433/ */
            preview_url: string;
        };
        /** @description An error answer, media type `application/problem+json`. */
        ProblemBody: {
            /** @description A link that explains the code. */
            type: string;
            title: string;
            /** Format: int32 */
            status: number;
            /** @description What happened and why, one sentence. */
            detail: string;
            /** @description Stable and machine-readable. */
            code: string;
            /** @description Finds the log lines of this request. */
            request_id: string;
            /** @description What to do about it. */
            next_step?: string | null;
            errors?: components["schemas"]["ProblemField"][];
        };
        /** @description One wrong field. */
        ProblemField: {
            /** @description Dotted path; empty for the whole input. */
            field: string;
            message: string;
            /** Format: int32 */
            line?: number | null;
            /** Format: int32 */
            column?: number | null;
        };
        /** @description Limits that the kernel enforces. */
        Resources: {
            /**
             * Format: int32
             * @description Thousandths of a core.
             */
            cpu_millis: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int64 */
            disk_bytes: number;
            /** Format: int32 */
            pids: number;
        };
        ResourcesInput: {
            /** Format: int32 */
            cpu_millis?: number | null;
            /** Format: int64 */
            memory_bytes?: number | null;
            /** Format: int64 */
            disk_bytes?: number | null;
            /** Format: int32 */
            pids?: number | null;
        };
        /**
         * @description A member's role.
         * @enum {string}
         */
        Role: "owner" | "admin" | "support" | "member" | "guest";
        Session: {
            id: string;
            user_agent?: string | null;
            ip?: string | null;
            created_at: string;
            last_used_at: string;
            expires_at: string;
            /** @description The one that asks. */
            current: boolean;
        };
        SetPort: {
            visibility?: null | components["schemas"]["Visibility"];
            label?: string | null;
        };
        /** @description A link that signs its holder in once, as the user who asked for it. */
        SignInLink: {
            url: string;
            expires_at: string;
        };
        /** @description Exchanges a one-time sign-in link for a session cookie. */
        SignInWithLink: {
            /** @description The text after `#` in the link. */
            token: string;
        };
        /** @description Where `/workspace` came from. */
        SourceView: {
            /** @description Git URL, or the origin of an uploaded bundle. */
            url?: string | null;
            revision?: string | null;
            /** @description Known once it has been fetched. */
            commit?: string | null;
            branch?: string | null;
        };
        Step: {
            name: string;
            /**
             * @description Words for people.
             * @example Clone the repository
             */
            title: string;
            state: components["schemas"]["StepState"];
            started_at?: string | null;
            ended_at?: string | null;
            /**
             * Format: int32
             * @description How often it was begun.
             */
            attempts: number;
        };
        /** @enum {string} */
        StepState: "waiting" | "running" | "done" | "failed" | "undone";
        StopInstance: {
            /**
             * Format: int32
             * @description Between SIGTERM and SIGKILL; 10 when absent, at most 600.
             */
            grace_seconds?: number | null;
        };
        /** @enum {string} */
        TaskPhase: "waiting" | "running" | "succeeded" | "failed";
        /** @description A startup task and how it went in this run. */
        TaskView: {
            name: string;
            command: string;
            background: boolean;
            phase: components["schemas"]["TaskPhase"];
            /** Format: int32 */
            exit_code?: number | null;
            since?: string | null;
        };
        /** @description A tenant, seen by one of its members. */
        Tenant: {
            id: string;
            name: string;
            /** @description The one that belongs to a user alone. */
            personal: boolean;
            role: components["schemas"]["Role"];
            created_at: string;
        };
        Terminal: {
            id: string;
            label: string;
            started_at: string;
            /**
             * Format: int32
             * @description Present once the shell has ended.
             */
            exit_code?: number | null;
            /**
             * Format: int32
             * @description Viewers attached now.
             */
            viewers: number;
        };
        /** @description What to change; absent fields stay. */
        UpdateInstance: {
            name?: string | null;
            resources?: null | components["schemas"]["ResourcesInput"];
            env?: {
                [key: string]: string;
            } | null;
            /**
             * Format: int64
             * @description Seconds; 0 for never.
             */
            idle_timeout_seconds?: number | null;
        };
        Upload: {
            id: string;
            /** Format: int64 */
            size_bytes: number;
            sha256: string;
            /** @description Removed at this time when nothing has used it. */
            expires_at: string;
        };
        /** @description Latest measurement. */
        Usage: {
            measured_at: string;
            /**
             * Format: int32
             * @description Thousandths of a core over the last interval.
             */
            cpu_millis: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int64 */
            disk_bytes: number;
            /** Format: int32 */
            processes: number;
            /** Format: int64 */
            received_bytes: number;
            /** Format: int64 */
            sent_bytes: number;
        };
        User: {
            id: string;
            name: string;
            email?: string | null;
            created_at: string;
        };
        ValidateWorkspaceConfig: {
            /** @description The file's text. */
            text: string;
        };
        Version: {
            version: string;
        };
        /**
         * @description Who may open a preview.
         * @enum {string}
         */
        Visibility: "private" | "public";
        WorkspaceConfigReport: {
            valid: boolean;
            errors: components["schemas"]["ProblemField"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    sign_in_with_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInWithLink"];
            };
        };
        responses: {
            /** @description Sign in with a one-time link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List your sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End a session */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    create_sign_in_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Make a one-time sign-in link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List your API tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ApiToken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiToken"];
            };
        };
        responses: {
            /** @description Make an API token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiToken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoke an API token */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List your tenants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Tenant"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a tenant's members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_instances: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
                /** @description Part of the name or of the repository's address. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List instances */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Instance"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    create_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInstance"];
            };
        };
        responses: {
            /** @description Create an instance */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One instance, by id or name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    delete_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete an instance and everything in it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    update_instance: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the change is based on. */
                "If-Match"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateInstance"];
            };
        };
        responses: {
            /** @description Change an instance's settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    start_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Start a stopped instance */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    stop_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopInstance"];
            };
        };
        responses: {
            /** @description Stop an instance */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    restart_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopInstance"];
            };
        };
        responses: {
            /** @description Stop and start */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    kill_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End it at once, without grace */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    pause_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Freeze it in memory */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    wake_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Go on after a pause, or start */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_console: {
        parameters: {
            query?: {
                offset?: number;
                /** @description Only this many lines before the end. */
                tail?: number;
            };
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console's output as text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    stream_console: {
        parameters: {
            query?: {
                offset?: number;
                tail?: number;
            };
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Follow the console and write to it (WebSocket) */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    exec: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Exec"];
            };
        };
        responses: {
            /** @description Run one command */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecResult"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    stream_exec: {
        parameters: {
            query: {
                /** @description The command as a JSON array of strings. */
                command: string;
                working_directory?: string;
                columns?: number;
                rows?: number;
            };
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Run one command with streams (WebSocket) */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_terminals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List terminals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Terminal"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    create_terminal: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTerminal"];
            };
        };
        responses: {
            /** @description Open a terminal */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terminal"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    delete_terminal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                instance: string;
                terminal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Close a terminal */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    stream_terminal: {
        parameters: {
            query?: {
                offset?: number;
                columns?: number;
                rows?: number;
                read_only?: boolean;
            };
            header?: never;
            path: {
                instance: string;
                terminal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Attach to a terminal (WebSocket) */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_ports: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List ports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Port"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    set_port: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                instance: string;
                port: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPort"];
            };
        };
        responses: {
            /** @description Declare a port, label it, choose who may open it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Port"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_operations: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
                /** @description Only those of this instance (id). */
                instance_id?: string;
                /** @description Only unfinished ones. */
                unfinished?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List operations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_operation: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    cancel_operation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancel an operation */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    retry_operation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same answer and happen once. */
                "Idempotency-Key"?: string;
            };
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Try a failed operation again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_operation_log: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An operation's log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OperationLogLine"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    stream_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description Resume after this event. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes as they happen (server-sent events) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    create_upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Upload a file that a later request uses */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    validate_workspace_config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ValidateWorkspaceConfig"];
            };
        };
        responses: {
            /** @description Check a phazeai.yaml */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceConfigReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_nodes: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List nodes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Node"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server's version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
}
