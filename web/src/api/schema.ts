// Generated from the API description by `npm run generate`. Do not edit.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server answers. */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchanges a one-time sign-in link for a session cookie. */
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
        /** Ends the session that asks. With a token, nothing is ended. */
        post: operations["sign_out"];
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
        /**
         * Everything that changes in the tenant, as server-sent events. `Last-Event-ID` resumes; when that is too old, the first
         *     event is `reset`: read everything anew.
         */
        get: operations["stream_events"];
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
        /** The tenant's instances. */
        get: operations["list_instances"];
        put?: never;
        /** Creates an instance and starts it. `{}` makes a blank workspace. */
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
        /** One instance. */
        get: operations["get_instance"];
        put?: never;
        post?: never;
        /** Deletes an instance with its disk. */
        delete: operations["delete_instance"];
        options?: never;
        head?: never;
        /** Changes an instance's settings. With `If-Match`, only when nobody else has changed them since. */
        patch: operations["update_instance"];
        trace?: never;
    };
    "/v1/instances/{instance}/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console's text so far. At most the last 8 MiB. */
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
        /** The console as it grows, a WebSocket of frames. Input is taken from those who may be inside. */
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
        /** Runs a command and answers when it has ended. */
        post: operations["run_command"];
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
        /** Runs a command, a WebSocket of frames. The command is ended when the socket closes. */
        get: operations["stream_command"];
        put?: never;
        post?: never;
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
        /** Ends at once, without grace, an instance. */
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
        /** Freezes an instance. */
        post: operations["pause_instance"];
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
        /** The ports that are declared or that something listens on. */
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
        /** Declares a port, or changes who may see its preview. Takes effect at once, also on open connections. */
        put: operations["set_port"];
        post?: never;
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
        /** Stops and starts an instance. */
        post: operations["restart_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
        /** Starts an instance. */
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
        /** Stops an instance. */
        post: operations["stop_instance"];
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
        /** The instance's terminals. */
        get: operations["list_terminals"];
        put?: never;
        /** Opens a terminal: a shell with a PTY that goes on while nobody looks. */
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
        /** Ends a terminal with what runs in it. */
        delete: operations["close_terminal"];
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
        /** Attaches to a terminal, a WebSocket of frames. The terminal goes on when the socket closes. */
        get: operations["stream_terminal"];
        put?: never;
        post?: never;
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
        /** Resumes or starts an instance. */
        post: operations["wake_instance"];
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
        /** Who asks, in which tenant, and what they may do there. */
        get: operations["get_me"];
        put?: never;
        post?: never;
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
        /** The machines that run instances. */
        get: operations["list_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["get_openapi"];
        put?: never;
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
        /** The tenant's operations, newest first. */
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
        /** One operation. With `wait`, answers when it has ended or the time is over. */
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
        /** Cancels an operation: finished steps are undone. */
        post: operations["cancel_operation"];
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
        /** What an operation has written about itself. */
        get: operations["list_operation_log"];
        put?: never;
        post?: never;
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
        /** Runs a failed operation again from the step that failed. */
        post: operations["retry_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/preview-access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends a signed-in browser on to a private preview with a ticket that works once, and others to the sign-in page. */
        get: operations["open_preview"];
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
        /** The caller's sessions. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a session of the caller, with everything it has open. */
        delete: operations["end_session"];
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
        /** A link that signs its holder in once, as the caller, within 15 minutes. */
        post: operations["create_sign_in_link"];
        delete?: never;
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
        /** The tenants that the caller is a member of. */
        get: operations["list_tenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members of a tenant. */
        get: operations["list_members"];
        put?: never;
        post?: never;
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
        /** The caller's tokens. */
        get: operations["list_tokens"];
        put?: never;
        /** Creates a token. Its secret is shown once. */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a token; what it has open is cut. */
        delete: operations["delete_token"];
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
        /** Takes a file, such as a `git bundle`. At most 1 GiB. */
        post: operations["create_upload"];
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
        /** The server's version. */
        get: operations["get_version"];
        put?: never;
        post?: never;
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
        /** Checks a `phazeai.yaml` without creating anything; every mistake is named with its place. */
        post: operations["validate_workspace_config"];
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
            created_at: string;
            expires_at?: string | null;
            /** @description First characters, to recognise it by. */
            hint: string;
            id: string;
            last_used_at?: string | null;
            name: string;
            /** @description Permissions it is limited to; empty: all of its owner's. */
            scopes: string[];
        };
        /**
         * @example {
         *       "name": "deploy",
         *       "scopes": [
         *         "account:write"
         *       ]
         *     }
         */
        CreateApiToken: {
            /**
             * Format: int32
             * @description Days; absent: never expires.
             */
            expires_in_days?: number | null;
            name: string;
            scopes?: string[];
        };
        /**
         * @description What to create. Everything is optional: `{}` makes a blank workspace with a made-up name.
         * @example {
         *       "driver": "sim"
         *     }
         */
        CreateInstance: {
            /** @description The main process, for images. */
            command?: string[] | null;
            driver?: components["schemas"]["Driver"] | null;
            /** @description Added to the variables of `phazeai.yaml`, winning over them. */
            env?: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Seconds; 0 for never.
             */
            idle_timeout_seconds?: number | null;
            /** @description Do not read `phazeai.yaml`. */
            ignore_workspace_config?: boolean;
            /** @description `host` or an image reference; overrides `phazeai.yaml`. */
            image?: string | null;
            /** @description Lower-case letters, digits and hyphens, at most 40; made from the repository when absent. */
            name?: string | null;
            resources?: components["schemas"]["ResourcesInput"] | null;
            source?: components["schemas"]["CreateSource"] | null;
        };
        CreateSource: {
            /** @enum {string} */
            kind: "git";
            revision?: string | null;
            url: string;
        } | {
            branch?: string | null;
            /** @enum {string} */
            kind: "upload";
            origin?: string | null;
            upload_id: string;
        };
        /**
         * @example {
         *       "columns": 120,
         *       "rows": 40
         *     }
         */
        CreateTerminal: {
            /** Format: int32 */
            columns?: number | null;
            /** @description The user's login shell when absent. */
            command?: string[] | null;
            /** Format: int32 */
            rows?: number | null;
        };
        /** @description The only answer that carries the secret. */
        CreatedApiToken: {
            /** @description `stead_…`; not shown again. */
            secret: string;
            token: components["schemas"]["ApiToken"];
        };
        /** @enum {string} */
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
            /** @enum {string} */
            type: "usage";
            usage: components["schemas"]["Usage"];
        } | {
            /** @enum {string} */
            type: "reset";
        };
        /**
         * @example {
         *       "command": [
         *         "true"
         *       ]
         *     }
         */
        Exec: {
            command: string[];
            env?: {
                [key: string]: string;
            };
            /** @description Given to the command as standard input. */
            input?: string | null;
            /**
             * Format: int32
             * @description 60 when absent, at most 600; then the command is killed.
             */
            timeout_seconds?: number | null;
            working_directory?: string | null;
        };
        /** @description Output longer than 1 MiB is cut at the front; use the stream for more. */
        ExecResult: {
            /** Format: int32 */
            exit_code: number;
            stderr: string;
            stdout: string;
            timed_out: boolean;
            /** @description Output was cut. */
            truncated: boolean;
        };
        /** @description The server answers. */
        Health: {
            /** @example ok */
            status: string;
        };
        /** @description The thing that runs. */
        Instance: {
            created_at: string;
            created_by: string;
            driver: components["schemas"]["Driver"];
            env: {
                [key: string]: string;
            };
            /** @example inst_01j9zz3kq8f7v9x2m4n5p6r7st */
            id: string;
            /**
             * Format: int64
             * @description Seconds without use after which it stops; absent: never.
             */
            idle_timeout_seconds?: number | null;
            /**
             * @description `host` for the node's own userland, else an image reference.
             * @example host
             */
            image: string;
            /**
             * @description Unique in the tenant.
             * @example shop
             */
            name: string;
            /** @description Absent until it has been placed. */
            node_id?: string | null;
            operation?: components["schemas"]["Operation"] | null;
            ports: components["schemas"]["Port"][];
            problem?: components["schemas"]["InstanceProblem"] | null;
            resources: components["schemas"]["Resources"];
            source?: components["schemas"]["SourceView"] | null;
            state: components["schemas"]["InstanceState"];
            tasks: components["schemas"]["TaskView"][];
            tenant_id: string;
            updated_at: string;
            usage?: components["schemas"]["Usage"] | null;
            /**
             * Format: int64
             * @description Grows with every change of the instance's settings; the value of `ETag`.
             */
            version: number;
        };
        /** @description An instance and the operation that is changing it. */
        InstanceOperation: {
            instance: components["schemas"]["Instance"];
            operation: components["schemas"]["Operation"];
        };
        InstanceProblem: {
            code: string;
            errors?: components["schemas"]["ProblemField"][];
            message: string;
            next_step?: string | null;
        };
        /** @description Phase, one sentence why, and since when. */
        InstanceState: {
            phase: components["schemas"]["Phase"];
            /** @example Stopped by Ada. */
            reason: string;
            since: string;
        };
        /** @description The caller. `tenant` is the one that requests act in: the header `Stead-Tenant`, else the personal one. */
        Me: {
            /** @description What the caller may do in `tenant`, such as `instance:write`. */
            permissions: string[];
            /** @description Present when a session cookie was used. */
            session_id?: string | null;
            tenant: components["schemas"]["Tenant"];
            tenants: components["schemas"]["Tenant"][];
            user: components["schemas"]["User"];
        };
        Member: {
            role: components["schemas"]["Role"];
            since: string;
            user: components["schemas"]["User"];
        };
        Node: {
            connected: boolean;
            /** Format: int32 */
            cpu_count: number;
            /** Format: int64 */
            disk_free_bytes: number;
            drivers: components["schemas"]["NodeDriver"][];
            id: string;
            /** Format: int32 */
            instances: number;
            last_seen_at?: string | null;
            /** Format: int64 */
            memory_bytes: number;
            name: string;
            version: string;
        };
        NodeDriver: {
            disk_quota: boolean;
            driver: components["schemas"]["Driver"];
            host_userland: boolean;
            images: boolean;
            limits: boolean;
            /** @description What is missing on this machine and what to do about it. */
            missing: string[];
            outbound_network: boolean;
            pause: boolean;
        };
        Operation: {
            /** @description Whether `POST …/cancel` would do something now. */
            cancellable: boolean;
            created_at: string;
            created_by: string;
            deadline: string;
            ended_at?: string | null;
            id: string;
            /** @description The object it changes. */
            instance_id?: string | null;
            /**
             * @description Such as `instance.create`.
             * @example instance.create
             */
            kind: string;
            problem?: components["schemas"]["InstanceProblem"] | null;
            progress?: components["schemas"]["OperationProgress"] | null;
            /** @description Whether `POST …/retry` would do something now. */
            retryable: boolean;
            started_at?: string | null;
            state: components["schemas"]["OperationState"];
            steps: components["schemas"]["Step"][];
            tenant_id: string;
        };
        OperationLogLine: {
            at: string;
            step?: string | null;
            text: string;
        };
        OperationProgress: {
            /** Format: int64 */
            done?: number | null;
            label: string;
            /** Format: int64 */
            total?: number | null;
        };
        /** @enum {string} */
        OperationState: "queued" | "running" | "undoing" | "succeeded" | "failed" | "cancelled";
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_ApiToken: {
            items: {
                created_at: string;
                expires_at?: string | null;
                /** @description First characters, to recognise it by. */
                hint: string;
                id: string;
                last_used_at?: string | null;
                name: string;
                /** @description Permissions it is limited to; empty: all of its owner's. */
                scopes: string[];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Instance: {
            items: {
                created_at: string;
                created_by: string;
                driver: components["schemas"]["Driver"];
                env: {
                    [key: string]: string;
                };
                /** @example inst_01j9zz3kq8f7v9x2m4n5p6r7st */
                id: string;
                /**
                 * Format: int64
                 * @description Seconds without use after which it stops; absent: never.
                 */
                idle_timeout_seconds?: number | null;
                /**
                 * @description `host` for the node's own userland, else an image reference.
                 * @example host
                 */
                image: string;
                /**
                 * @description Unique in the tenant.
                 * @example shop
                 */
                name: string;
                /** @description Absent until it has been placed. */
                node_id?: string | null;
                operation?: components["schemas"]["Operation"] | null;
                ports: components["schemas"]["Port"][];
                problem?: components["schemas"]["InstanceProblem"] | null;
                resources: components["schemas"]["Resources"];
                source?: components["schemas"]["SourceView"] | null;
                state: components["schemas"]["InstanceState"];
                tasks: components["schemas"]["TaskView"][];
                tenant_id: string;
                updated_at: string;
                usage?: components["schemas"]["Usage"] | null;
                /**
                 * Format: int64
                 * @description Grows with every change of the instance's settings; the value of `ETag`.
                 */
                version: number;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Member: {
            items: {
                role: components["schemas"]["Role"];
                since: string;
                user: components["schemas"]["User"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Node: {
            items: {
                connected: boolean;
                /** Format: int32 */
                cpu_count: number;
                /** Format: int64 */
                disk_free_bytes: number;
                drivers: components["schemas"]["NodeDriver"][];
                id: string;
                /** Format: int32 */
                instances: number;
                last_seen_at?: string | null;
                /** Format: int64 */
                memory_bytes: number;
                name: string;
                version: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Operation: {
            items: {
                /** @description Whether `POST …/cancel` would do something now. */
                cancellable: boolean;
                created_at: string;
                created_by: string;
                deadline: string;
                ended_at?: string | null;
                id: string;
                /** @description The object it changes. */
                instance_id?: string | null;
                /**
                 * @description Such as `instance.create`.
                 * @example instance.create
                 */
                kind: string;
                problem?: components["schemas"]["InstanceProblem"] | null;
                progress?: components["schemas"]["OperationProgress"] | null;
                /** @description Whether `POST …/retry` would do something now. */
                retryable: boolean;
                started_at?: string | null;
                state: components["schemas"]["OperationState"];
                steps: components["schemas"]["Step"][];
                tenant_id: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_OperationLogLine: {
            items: {
                at: string;
                step?: string | null;
                text: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Port: {
            items: {
                /** @description Named in the settings, not only detected. */
                declared: boolean;
                label?: string | null;
                /** @description Something inside listens on it now. */
                listening: boolean;
                /** Format: int32 */
                port: number;
                /** @example http://8000--shop.localhost:7433/ */
                preview_url: string;
                visibility: components["schemas"]["Visibility"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Session: {
            items: {
                created_at: string;
                /** @description The one that asks. */
                current: boolean;
                expires_at: string;
                id: string;
                ip?: string | null;
                last_used_at: string;
                user_agent?: string | null;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Tenant: {
            items: {
                created_at: string;
                id: string;
                name: string;
                /** @description The one that belongs to a user alone. */
                personal: boolean;
                role: components["schemas"]["Role"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Terminal: {
            items: {
                /**
                 * Format: int32
                 * @description Present once the shell has ended.
                 */
                exit_code?: number | null;
                /** @example proc_01j9zz3kq8f7v9x2m4n5p6r7st */
                id: string;
                label: string;
                started_at: string;
                /**
                 * Format: int32
                 * @description Viewers attached now.
                 */
                viewers: number;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /**
         * @description State in one word. Shown with shape, colour and word.
         * @enum {string}
         */
        Phase: "starting" | "running" | "paused" | "stopping" | "stopped" | "unhealthy" | "failed" | "deleting" | "unknown";
        Port: {
            /** @description Named in the settings, not only detected. */
            declared: boolean;
            label?: string | null;
            /** @description Something inside listens on it now. */
            listening: boolean;
            /** Format: int32 */
            port: number;
            /** @example http://8000--shop.localhost:7433/ */
            preview_url: string;
            visibility: components["schemas"]["Visibility"];
        };
        /** @description An error answer, media type `application/problem+json`. */
        ProblemBody: {
            /**
             * @description Stable and machine-readable.
             * @example instance_not_found
             */
            code: string;
            /** @description What happened and why, one sentence. */
            detail: string;
            /** @description The wrong fields of the input. */
            errors?: components["schemas"]["ProblemField"][];
            /** @description What to do about it. */
            next_step?: string | null;
            /** @description Finds the log lines of this request. */
            request_id: string;
            /** Format: int32 */
            status: number;
            /** @description The HTTP status in words. */
            title: string;
            /**
             * @description A link that explains the code.
             * @example https://stead.dev/problems/instance_not_found
             */
            type: string;
        };
        /** @description One wrong field. */
        ProblemField: {
            /** Format: int32 */
            column?: number | null;
            /** @description Dotted path; empty for the whole input. */
            field: string;
            /** Format: int32 */
            line?: number | null;
            message: string;
        };
        /** @description Limits that the kernel enforces. */
        Resources: {
            /**
             * Format: int32
             * @description Thousandths of a core.
             */
            cpu_millis: number;
            /** Format: int64 */
            disk_bytes: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int32 */
            pids: number;
        };
        ResourcesInput: {
            /** Format: int32 */
            cpu_millis?: number | null;
            /** Format: int64 */
            disk_bytes?: number | null;
            /** Format: int64 */
            memory_bytes?: number | null;
            /** Format: int32 */
            pids?: number | null;
        };
        /** @enum {string} */
        Role: "owner" | "admin" | "support" | "member" | "guest";
        Session: {
            created_at: string;
            /** @description The one that asks. */
            current: boolean;
            expires_at: string;
            id: string;
            ip?: string | null;
            last_used_at: string;
            user_agent?: string | null;
        };
        /**
         * @example {
         *       "visibility": "public"
         *     }
         */
        SetPort: {
            label?: string | null;
            visibility?: components["schemas"]["Visibility"] | null;
        };
        /** @description A link that signs its holder in once, as the user who asked for it. */
        SignInLink: {
            expires_at: string;
            url: string;
        };
        /**
         * @description Exchanges a one-time sign-in link for a session cookie.
         * @example {
         *       "token": "nothing"
         *     }
         */
        SignInWithLink: {
            /** @description The text after `#` in the link. */
            token: string;
        };
        /** @description Where `/workspace` came from. */
        SourceView: {
            branch?: string | null;
            /** @description Known once it has been fetched. */
            commit?: string | null;
            revision?: string | null;
            /** @description Git URL, or the origin of an uploaded bundle. */
            url?: string | null;
        };
        Step: {
            /**
             * Format: int32
             * @description How often it was begun.
             */
            attempts: number;
            ended_at?: string | null;
            name: string;
            started_at?: string | null;
            state: components["schemas"]["StepState"];
            /**
             * @description Words for people.
             * @example Clone the repository
             */
            title: string;
        };
        /** @enum {string} */
        StepState: "waiting" | "running" | "done" | "failed" | "undone";
        /** @example {} */
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
            background: boolean;
            command: string;
            /** Format: int32 */
            exit_code?: number | null;
            name: string;
            phase: components["schemas"]["TaskPhase"];
            since?: string | null;
        };
        /** @description A tenant, seen by one of its members. */
        Tenant: {
            created_at: string;
            id: string;
            name: string;
            /** @description The one that belongs to a user alone. */
            personal: boolean;
            role: components["schemas"]["Role"];
        };
        Terminal: {
            /**
             * Format: int32
             * @description Present once the shell has ended.
             */
            exit_code?: number | null;
            /** @example proc_01j9zz3kq8f7v9x2m4n5p6r7st */
            id: string;
            label: string;
            started_at: string;
            /**
             * Format: int32
             * @description Viewers attached now.
             */
            viewers: number;
        };
        /**
         * @description What to change; absent fields stay. Takes effect at once where the kernel allows it, else at the next start.
         * @example {
         *       "env": {
         *         "LANG": "C.UTF-8"
         *       }
         *     }
         */
        UpdateInstance: {
            /** @description Replaces all variables. */
            env?: {
                [key: string]: string;
            } | null;
            /**
             * Format: int64
             * @description Seconds; 0 for never.
             */
            idle_timeout_seconds?: number | null;
            name?: string | null;
            resources?: components["schemas"]["ResourcesInput"] | null;
        };
        Upload: {
            /** @description Removed at this time when nothing has used it. */
            expires_at: string;
            id: string;
            sha256: string;
            /** Format: int64 */
            size_bytes: number;
        };
        Usage: {
            /**
             * Format: int32
             * @description Thousandths of a core over the last interval.
             */
            cpu_millis: number;
            /** Format: int64 */
            disk_bytes: number;
            measured_at: string;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int32 */
            processes: number;
            /** Format: int64 */
            received_bytes: number;
            /** Format: int64 */
            sent_bytes: number;
        };
        User: {
            created_at: string;
            email?: string | null;
            id: string;
            name: string;
        };
        /**
         * @example {
         *       "text": "image: debian\n"
         *     }
         */
        ValidateWorkspaceConfig: {
            /** @description The file's text. */
            text: string;
        };
        Version: {
            /** @example 0.1.0 */
            version: string;
        };
        /** @enum {string} */
        Visibility: "private" | "public";
        WorkspaceConfigReport: {
            errors: components["schemas"]["ProblemField"][];
            valid: boolean;
        };
    };
    responses: {
        /** @description The request is malformed. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The object's state does not allow this now, or the idempotency key was used for another request. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The caller may see the object, but not do this; or the request comes from another site. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description A defect; the log says more under the request's id. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Fields are wrong; `errors` names them. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The body is no JSON. */
        MediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The request is for a host that is not this server's. */
        Misdirected: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description There is no such object, or the caller may not know of it. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description A quota or the capacity of the nodes is used up. */
        QuotaUsedUp: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description There was no answer in time. */
        TimedOut: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Too many requests; `Retry-After` says when to try again. */
        TooManyRequests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Nobody is signed in, or the credential is not valid any more. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Something needed cannot be reached now. */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Another system answered with a failure. */
        Upstream: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Somebody else changed the object meanwhile. */
        VersionChanged: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The request is no WebSocket handshake. */
        WebSocketRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
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
            /** @description Signed in; `Set-Cookie` carries the session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    stream_events: {
        parameters: {
            query?: {
                /** @description The id of the last event seen, for clients that cannot set the header. */
                last_event_id?: string;
            };
            header?: {
                /** @description The id of the last event seen. */
                "Last-Event-ID"?: string | null;
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events: `event` is the type, `id` resumes, `data` is an `Event`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_instances: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Part of the name or of the repository's address. */
                q?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of instances. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Instance"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    create_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "shop",
                 *       "source": {
                 *         "kind": "git",
                 *         "url": "https://git.example.com/ada/shop.git"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateInstance"];
            };
        };
        responses: {
            /** @description The instance and the operation that makes it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["QuotaUsedUp"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_instance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance; its version is the `ETag`. */
            200: {
                headers: {
                    /** @description The version. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    delete_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that deletes it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    update_instance: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the change is based on. */
                "If-Match"?: string | null;
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resources": {
                 *         "memory_bytes": 2147483648
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UpdateInstance"];
            };
        };
        responses: {
            /** @description The changed instance. */
            200: {
                headers: {
                    /** @description The version. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["QuotaUsedUp"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["VersionChanged"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_console: {
        parameters: {
            query?: {
                offset?: number;
                /** @description Only this many lines before the end. */
                tail?: number;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text. */
            200: {
                headers: {
                    /** @description Where the text ends; pass it as `offset` to go on. */
                    "Stead-Console-Offset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    stream_console: {
        parameters: {
            query?: {
                offset?: number;
                /** @description Only this many lines before the end. */
                tail?: number;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Binary messages, each one frame. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            426: components["responses"]["WebSocketRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    run_command: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "command": [
                 *         "ls",
                 *         "-l"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Exec"];
            };
        };
        responses: {
            /** @description What it wrote and how it ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecResult"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    stream_command: {
        parameters: {
            query: {
                /** @description The command as a JSON array of strings. */
                command: string;
                working_directory?: string;
                /** @description With a PTY of this size. */
                columns?: number;
                rows?: number;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Binary messages, each one frame. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            426: components["responses"]["WebSocketRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    kill_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that kills it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    pause_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that pauses it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_ports: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them; there is one page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Port"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    set_port: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description 1 to 65535. */
                port: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "visibility": "public"
                 *     }
                 */
                "application/json": components["schemas"]["SetPort"];
            };
        };
        responses: {
            /** @description The port. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Port"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    restart_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that restarts it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["QuotaUsedUp"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    start_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that starts it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["QuotaUsedUp"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    stop_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
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
            /** @description The instance and the operation that stops it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_terminals: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them; there is one page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Terminal"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    create_terminal: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "columns": 120,
                 *       "rows": 40
                 *     }
                 */
                "application/json": components["schemas"]["CreateTerminal"];
            };
        };
        responses: {
            /** @description The terminal. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terminal"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    close_terminal: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description Id of the terminal. */
                terminal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    stream_terminal: {
        parameters: {
            query?: {
                /** @description Output is wanted from here on; a snapshot comes first when it is not kept any more. */
                offset?: number;
                columns?: number;
                rows?: number;
                read_only?: boolean;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description Id of the terminal. */
                terminal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Binary messages, each one frame. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            426: components["responses"]["WebSocketRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    wake_instance: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance and the operation that wakes it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceOperation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            402: components["responses"]["QuotaUsedUp"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_nodes: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them; there is one page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Node"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_operations: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Only those of this instance (id). */
                instance_id?: string;
                /** @description Only unfinished ones. */
                unfinished?: boolean;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of operations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_operation: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the operation. */
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    cancel_operation: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the operation. */
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_operation_log: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the operation. */
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of lines, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OperationLogLine"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    retry_operation: {
        parameters: {
            query?: {
                /** @description Such as `30s`; at most `120s`. The answer comes earlier when the operation ends. */
                wait?: string;
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the operation. */
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    open_preview: {
        parameters: {
            query: {
                /** @description Host of the preview, such as `8000--shop.localhost:7433`. */
                host: string;
                /** @description Where to go there. */
                path?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On to the preview, or to the sign-in page. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
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
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the session. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    create_sign_in_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
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
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tenants. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Tenant"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
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
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
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
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tokens, without their secrets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ApiToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
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
            /** @description The token and its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the token. */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    create_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The bytes. */
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            /** @description The upload; it is kept for a day. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            /** @description The version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    validate_workspace_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "version: 1\n"
                 *     }
                 */
                "application/json": components["schemas"]["ValidateWorkspaceConfig"];
            };
        };
        responses: {
            /** @description Whether it is valid, and what is wrong. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceConfigReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["MediaType"];
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
}
