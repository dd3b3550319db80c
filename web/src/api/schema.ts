// Generated from the API description by `npm run generate`. Do not edit.
export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys that access tokens are signed with (RFC 7517). */
        get: operations["get_signing_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's audit log, newest first. */
        get: operations["list_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Size and root of the tenant's audit log, signed. Keep it elsewhere: the log can be held against it later. */
        get: operations["get_audit_checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's audit log as a file, oldest first: JSON Lines with what it takes to verify them, or CEF. */
        get: operations["export_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/sinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the tenant's audit events are forwarded to. */
        get: operations["list_audit_sinks"];
        put?: never;
        /** Forwards the tenant's audit events from now on: in order, at least once. */
        post: operations["add_audit_sink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/sinks/{sink}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forwards nothing there any more. */
        delete: operations["remove_audit_sink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Holds the tenant's audit log against checkpoints and names the first row that is wrong. */
        post: operations["verify_audit_log"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/confirm-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes another address the account's, by the link that was mailed there. Every session ends. */
        post: operations["confirm_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A device asks to be signed in: it shows the code and polls until somebody has approved it. */
        post: operations["begin_device"];
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
    "/v1/auth/magic-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a mail with a link that signs in. The answer is the same whether there is an account with this address. */
        post: operations["ask_magic_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/magic-link/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by a link from a mail. */
        post: operations["sign_in_with_magic_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ways in that this server offers, and a tenant's own where one is named. */
        get: operations["get_auth_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins a passkey's part: a sign-in by itself, or the second factor of a pending one. */
        post: operations["begin_passkey_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by a passkey alone, which is both factors. */
        post: operations["finish_passkey_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a mail that resets the password. The answer is the same whether there is an account with this address. */
        post: operations["ask_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a new password by a link from a mail, and ends every session of the account. */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Completes a sign-in by a second factor. */
        post: operations["complete_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by address and password. */
        post: operations["sign_in"];
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
    "/v1/auth/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for an account. The answer is the same whether there is one with this address; a mail says more. */
        post: operations["sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sources/{source}/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends the browser to a source of sign-in. */
        get: operations["begin_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sources/{source}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Takes a browser up that comes back from a source: it is signed in and sent on, or sent to the sign-in page with the reason. */
        get: operations["finish_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sources/{source}/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by name and password of a directory. */
        post: operations["sign_in_with_directory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Proves once more who holds this session, for what asks for that in the ten minutes that follow. A browser's session gets a new
         *     cookie.
         */
        post: operations["step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchanges a refresh token, or a device's code that was approved, for an access token and the next refresh token. The `code`
         *     of a refusal is the `error` of RFC 6749 and 8628.
         */
        post: operations["issue_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirms the address of an account by the link that was mailed there. */
        post: operations["verify_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-requests/{user_code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What asks with this code. */
        get: operations["get_device_request"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-requests/{user_code}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs the device in as the caller. */
        post: operations["approve_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-requests/{user_code}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses the device. */
        post: operations["deny_device"];
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
         * Everything that changes in the tenant, as server-sent events. `Last-Event-ID` resumes; when that is too old, or from when the
         *     caller had other rights, the first event is `reset`: read everything anew. When what the caller may do in the tenant changes, a `reset` is the last event:
         *     connect again.
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
    "/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own exports, and those of the tenant that they act in if they run it; newest first. */
        get: operations["list_exports"];
        put?: never;
        /** Makes an archive of what is stored of the caller, or of the tenant that they act in. It can be downloaded for a week. */
        post: operations["create_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{export}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The archive: a tar.gz. Browsers come with an intent token in `?intent=`. */
        get: operations["export_download"];
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
    "/v1/instances/{instance}/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may do more on an instance than their role in the tenant says. */
        get: operations["list_bindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/bindings/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Binds a role to a member on one instance. */
        put: operations["set_binding"];
        post?: never;
        /** Takes a binding away. */
        delete: operations["remove_binding"];
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
    "/v1/instances/{instance}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secrets of an instance, without their values. */
        get: operations["list_instance_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/secrets/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Writes a secret of an instance: a new one, or a new version. Instances that run get it with their next start. */
        put: operations["put_instance_secret"];
        post?: never;
        /** Deletes a secret of an instance with all its versions. */
        delete: operations["delete_instance_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/instances/{instance}/secrets/{secret}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a secret of an instance got its values, newest first. */
        get: operations["list_instance_secret_versions"];
        put?: never;
        post?: never;
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
    "/v1/intents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A token for `?intent=`: opens one stream or download once, within a minute, as the caller. */
        post: operations["create_intent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts an invitation: the caller becomes a member. */
        post: operations["accept_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an invitation offers, to whoever has its link. */
        post: operations["look_up_invite"];
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
        /** Deletes the caller's account. Sessions and tokens end; signing in within 30 days takes it back. */
        delete: operations["delete_me"];
        options?: never;
        head?: never;
        /** Changes the caller's name. */
        patch: operations["update_me"];
        trace?: never;
    };
    "/v1/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for another address; it is changed by the link that is mailed there. */
        post: operations["change_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller signs in with. */
        get: operations["get_factors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts elsewhere that the caller signs in with. */
        get: operations["list_identities"];
        put?: never;
        /** Links the caller's account in a directory. Other sources are linked with `begin?link=true`. */
        post: operations["link_directory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities/{identity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unlinks an account elsewhere, unless it is the caller's only way in. */
        delete: operations["unlink_identity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's passkeys. */
        get: operations["list_passkeys"];
        put?: never;
        /** Adds the passkey that the browser made. */
        post: operations["add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to add a passkey. */
        post: operations["begin_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a passkey. */
        delete: operations["remove_passkey"];
        options?: never;
        head?: never;
        /** Gives a passkey another name. */
        patch: operations["rename_passkey"];
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets or changes the caller's password. Their other sessions end. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ten new recovery codes; those before do not work any more. */
        post: operations["renew_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secrets of the caller, given to the instances that they create, without their values. */
        get: operations["list_my_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/secrets/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Writes a secret of the caller, given to the instances that they create: a new one, or a new version. Instances that run get it with their next start. */
        put: operations["put_my_secret"];
        post?: never;
        /** Deletes a secret of the caller, given to the instances that they create with all its versions. */
        delete: operations["delete_my_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/secrets/{secret}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a secret of the caller, given to the instances that they create got its values, newest first. */
        get: operations["list_my_secret_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to set an authenticator app up. Its secret is shown once. */
        post: operations["begin_totp"];
        /** Removes the authenticator app. */
        delete: operations["remove_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirms an authenticator app by a code. Answers with recovery codes, shown once. */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends the mail that confirms the caller's address once more. */
        post: operations["ask_email_verification"];
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
    "/v1/notification-preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller is told, by which channel. */
        get: operations["get_notification_preferences"];
        /** Changes what the caller is told. Security notices cannot be turned off. */
        put: operations["set_notification_preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's inbox, newest first. */
        get: operations["list_notifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks notifications as read. */
        post: operations["read_notifications"];
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
    "/v1/operator/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys of the installation: ids, dates and counts, never a key. */
        get: operations["get_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotates the master key, the data key of a tenant or of the installation, or the signing keys; or says what that would do.
         *     More than the plan asks for a recent proof of who asks (`step_up_required`); an API token has none, but for the server's own on its machine.
         */
        post: operations["rotate_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/mail-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The kinds of mails. */
        get: operations["list_mail_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/mail-templates/{template}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a kind of mail looks like, with made-up values. */
        get: operations["preview_mail_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/mails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest mails of the installation. Without a mail server, also what they say. */
        get: operations["list_mails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All tenants, with their quotas. */
        get: operations["list_all_tenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/tenants/{tenant}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets what a tenant may take. */
        put: operations["set_quotas"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All users. */
        get: operations["list_all_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/users/{user}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps a user out and ends every session of theirs. */
        post: operations["disable_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/users/{user}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a user in again. */
        post: operations["enable_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every permission, and the built-in roles that have it. */
        get: operations["list_permissions"];
        put?: never;
        post?: never;
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
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secrets of the tenant, without their values. */
        get: operations["list_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Writes a secret of the tenant: a new one, or a new version. Instances that run get it with their next start. */
        put: operations["put_secret"];
        post?: never;
        /** Deletes a secret of the tenant with all its versions. */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{secret}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a secret of the tenant got its values, newest first. */
        get: operations["list_secret_versions"];
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
        /** Ends every session of the caller but the one that asks, with everything they have open. */
        delete: operations["end_other_sessions"];
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
        /** Makes a tenant that the caller owns. */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant. */
        get: operations["get_tenant"];
        put?: never;
        post?: never;
        /** Hides a tenant at once and stops its instances; everything in it is erased after thirty days. */
        delete: operations["delete_tenant"];
        options?: never;
        head?: never;
        /** Renames a tenant. */
        patch: operations["update_tenant"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invitations that are still open. */
        get: operations["list_invites"];
        put?: never;
        /** Invites somebody: an address, or whoever gets the link. The link is shown once. */
        post: operations["create_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/invites/{invite}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back. */
        delete: operations["revoke_invite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the caller's own membership. */
        post: operations["leave_tenant"];
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
    "/v1/tenants/{tenant}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a membership; what the member has open is cut. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /** Gives a member another role. */
        patch: operations["update_member"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a tenant uses and may use. */
        get: operations["get_quotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the deletion of a tenant back. */
        post: operations["restore_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles that can be given in a tenant: built-in ones and its own. */
        get: operations["list_roles"];
        put?: never;
        /** Makes a role of permissions that the caller has. */
        post: operations["create_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a role that nobody has. */
        delete: operations["delete_role"];
        options?: never;
        head?: never;
        /** Changes a role; those who have it are held to it within a second. */
        patch: operations["update_role"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/security": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tenant's rules of security. */
        get: operations["get_tenant_security"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a tenant's rules of security. They hold for what is open, too. */
        patch: operations["update_tenant_security"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tenant's own sources of sign-in, oldest first. */
        get: operations["list_sources"];
        put?: never;
        /** Adds a source of sign-in. Its people become members of the tenant. */
        post: operations["create_source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/sources/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One source of sign-in. */
        get: operations["get_source"];
        put?: never;
        post?: never;
        /** Removes a source of sign-in and what is linked by it. Sessions that began with it end; members stay members. */
        delete: operations["delete_source"];
        options?: never;
        head?: never;
        /** Changes a source of sign-in, or switches it on or off. Switched off, sessions that began with it end. */
        patch: operations["update_source"];
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
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's webhooks, newest first, and the events there are. */
        get: operations["list_webhooks"];
        put?: never;
        /** Adds a webhook. Calls follow the Standard Webhooks specification, or are messages for Discord or Slack. */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["get_webhook"];
        put?: never;
        post?: never;
        /** Deletes a webhook with the log of its deliveries. */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        /** Changes a webhook, or switches it on or off. */
        patch: operations["update_webhook"];
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log of a webhook's deliveries, newest first. */
        get: operations["list_webhook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends an ended delivery once more, with the same id and body. */
        post: operations["redeliver_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new signing secret. Calls are signed with the old one too for 24 hours. */
        post: operations["rotate_webhook_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a test event, also to a webhook that is switched off. Its delivery shows what came of it. */
        post: operations["test_webhook"];
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
        /**
         * @example {
         *       "credential": {},
         *       "name": "Laptop",
         *       "pending": "nothing"
         *     }
         */
        AddPasskey: {
            credential: unknown;
            name: string;
            pending: string;
        };
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
        /** @description The log's size and root now, signed. */
        AuditCheckpoint: {
            at: string;
            /** @description Keys that checkpoints of this server verify with, the one in use first, as `name+id+base64`. */
            keys: string[];
            /** @description The signed note (c2sp.org/tlog-checkpoint). Keep it outside of this server: the log can be held against it later. */
            note: string;
            /** @description RFC 6962 root in hexadecimal. */
            root: string;
            /** Format: int64 */
            size: number;
            tenant: string;
        };
        /** @description Who did what, when, to what. */
        AuditEvent: {
            /** @description Names and addresses of `subject`. Gone when that user was erased. */
            about?: unknown;
            /** @description Such as `instance.create`. */
            action: string;
            /** @description The user who acted; absent: Stead itself. */
            actor?: string | null;
            at: string;
            /** @description The session or token used. */
            credential?: string | null;
            /** @description More about it, such as `before` and `after`. Gone when the tenant was erased. */
            detail?: unknown;
            id: string;
            /**
             * Format: int64
             * @description Place in the tenant's log, from 0.
             */
            index: number;
            /** @description Where the actor acted from. Gone when the actor was erased. */
            ip?: string | null;
            object?: string | null;
            proof?: components["schemas"]["AuditProof"] | null;
            request_id?: string | null;
            /** @description The user whom `about` is about. */
            subject?: string | null;
            /** @description Absent: it concerns the installation. */
            tenant?: string | null;
            user_agent?: string | null;
        };
        /** @description The first row that is wrong. */
        AuditFinding: {
            id?: string | null;
            /** Format: int64 */
            index: number;
            message: string;
            /** @description `missing`, `edited`, `out_of_place`, `truncated` or `rewritten`. */
            wrong: string;
        };
        /** @description What the row's leaf is made of, besides what the row says. Hashes are SHA-256 in hexadecimal. */
        AuditProof: {
            about?: string | null;
            about_digest?: string | null;
            detail_digest?: string | null;
            /** @description RFC 6962 leaf hash. */
            leaf: string;
            /** @description Address and client as they are stored: sealed. */
            personal?: string | null;
            personal_digest?: string | null;
            salt: string;
        };
        /** @description Where events are forwarded to. */
        AuditSink: {
            created_at: string;
            /** @description When it last took something. */
            delivered_at?: string | null;
            id: string;
            kind: components["schemas"]["AuditSinkKind"];
            /** @description Why the last attempt failed; absent when it did not. */
            last_error?: string | null;
            /** @description When it is tried again after a failure. */
            retry_at?: string | null;
            /** @description The address, without what may be a secret in it. */
            target: string;
            /**
             * Format: int64
             * @description Events that it has not got yet.
             */
            waiting: number;
        };
        /**
         * @description How events are forwarded.
         * @enum {string}
         */
        AuditSinkKind: "https" | "syslog";
        /** @description What the verification of the log came to. */
        AuditVerification: {
            /**
             * Format: int64
             * @description Checkpoints that the rows agree with.
             */
            checkpoints: number;
            finding?: components["schemas"]["AuditFinding"] | null;
            /**
             * Format: int64
             * @description Rows of which something was forgotten by an erasure.
             */
            forgotten: number;
            /** @description Nothing is wrong. */
            intact: boolean;
            /** @description Over those rows, in hexadecimal. */
            root: string;
            /**
             * Format: int64
             * @description Rows that were looked at.
             */
            rows: number;
        };
        /** @description The ways in that this server offers. */
        AuthMethods: {
            /** @description Links by mail. */
            magic_link: boolean;
            passkeys: boolean;
            password: boolean;
            sign_up: components["schemas"]["SignUp"];
            /** @description Accounts elsewhere. */
            sources: components["schemas"]["AuthSource"][];
        };
        /** @description An account elsewhere that one can sign in with. */
        AuthSource: {
            /** @description Where the browser goes to begin. */
            begin_url: string;
            id: string;
            /** @description Such as `oidc`, `github` or `ldap`. */
            kind: string;
            name: string;
        };
        /**
         * @example {
         *       "client_name": "stead on laptop"
         *     }
         */
        BeginDevice: {
            /** @description Shown to whoever approves. */
            client_name: string;
        };
        /** @example {} */
        BeginPasskey: {
            /** @description The pending sign-in that the passkey completes; absent: the passkey signs in by itself. */
            pending?: string | null;
        };
        /** @description What a member may do on one instance beyond their role in the tenant. */
        Binding: {
            custom_role?: components["schemas"]["CustomRole"] | null;
            role: components["schemas"]["Role"];
            since: string;
            user: components["schemas"]["User"];
        };
        /**
         * @example {
         *       "new": "a few unrelated words"
         *     }
         */
        ChangePassword: {
            /** @description The present one; needed when there is one. */
            current?: string | null;
            /** @description 12 to 256 characters. */
            new: string;
        };
        /**
         * @example {
         *       "code": "000000"
         *     }
         */
        ConfirmTotp: {
            code: string;
        };
        /**
         * @example {
         *       "expires_in_days": 90,
         *       "name": "deploy",
         *       "scopes": [
         *         "account:write"
         *       ]
         *     }
         */
        CreateApiToken: {
            /** @description A date (to its end, UTC) or a time. */
            expires_at?: string | null;
            /**
             * Format: int32
             * @description Without this and `expires_at` it never expires, which needs an authentication of the last ten minutes.
             */
            expires_in_days?: number | null;
            name: string;
            scopes?: string[];
        };
        /**
         * @description A new sink. It gets every event from now on, in order, at least once.
         * @example {
         *       "kind": "https",
         *       "target": "https://siem.example.org/events"
         *     }
         */
        CreateAuditSink: {
            /** @description Certificates in PEM that a syslog receiver's is held against, instead of the authorities that everybody trusts. */
            ca?: string | null;
            kind: components["schemas"]["AuditSinkKind"];
            /** @description A URL; for syslog `host:port`, or `tcp://host:port` without TLS. */
            target: string;
        };
        /**
         * @example {
         *       "scope": "user"
         *     }
         */
        CreateExport: {
            scope: components["schemas"]["ExportScope"];
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
        /**
         * @example {
         *       "object": "shop",
         *       "purpose": "stream_console"
         *     }
         */
        CreateIntent: {
            /** @description What stands in the last `{…}` of the operation's address. */
            object: string;
            /** @description The operation it is for, by its `operationId`: a WebSocket or a download. */
            purpose: string;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "role": "member"
         *     }
         */
        CreateInvite: {
            /** @description Only an account with this confirmed address can accept. */
            email?: string | null;
            /** @description Instead of an address: a link that whoever has it can use, once. */
            link?: boolean;
            /** @description Reference of a role. */
            role: string;
        };
        /**
         * @example {
         *       "name": "Deployer",
         *       "permissions": [
         *         "instance:read",
         *         "instance:write"
         *       ]
         *     }
         */
        CreateRole: {
            /** @description 1 to 100 characters; not a built-in role's. */
            name: string;
            permissions: string[];
        };
        /**
         * @example {
         *       "domains": [
         *         "acme.example"
         *       ],
         *       "kind": "google",
         *       "name": "Acme",
         *       "settings": {
         *         "client_id": "stead",
         *         "client_secret": "a secret"
         *       }
         *     }
         */
        CreateSignInSource: {
            /** @description Needed for all kinds but `ldap`. */
            domains?: string[];
            group_roles?: components["schemas"]["GroupRole"][];
            kind: components["schemas"]["SourceKind"];
            /** @description 1 to 100 characters; stands on the button. */
            name: string;
            /** @description What its people become in the tenant; `member` when absent. None that may do more than you. */
            role?: string | null;
            /**
             * @description `oidc`: issuer, client_id, client_secret, scopes, groups_claim, accept_unproven_email. `github`: client_id, client_secret,
             *     url. `google`: client_id, client_secret. `gitlab`: client_id, client_secret, issuer. `ldap`: url, start_tls, ca,
             *     bind_dn, bind_password, base_dn, user_filter, id_attribute, email_attribute, name_attribute, group_base_dn, group_filter.
             */
            settings: {
                [key: string]: string;
            };
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
         *       "name": "Analytical Engines"
         *     }
         */
        CreateTenant: {
            /** @description 1 to 100 characters. */
            name: string;
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
        /**
         * @example {
         *       "events": [
         *         "instance.*"
         *       ],
         *       "name": "Deployments",
         *       "url": "https://example.org/hooks/stead"
         *     }
         */
        CreateWebhook: {
            /** @description Types of events, or beginnings such as `instance.*`; empty means all. */
            events?: string[];
            kind?: components["schemas"]["WebhookKind"];
            /** @description 1 to 100 characters. */
            name: string;
            url: string;
        };
        /** @description The only answer that carries the secret. */
        CreatedApiToken: {
            /** @description `stead_…`; not shown again. */
            secret: string;
            token: components["schemas"]["ApiToken"];
        };
        /** @description A new sink with the secret that its deliveries are signed with, which is shown here alone. */
        CreatedAuditSink: components["schemas"]["AuditSink"] & {
            /** @description Of HTTPS sinks. */
            secret?: string | null;
        };
        /** @description For `?intent=`, once, within a minute. */
        CreatedIntent: {
            expires_at: string;
            token: string;
        };
        CreatedInvite: {
            invite: components["schemas"]["Invite"];
            /** @description The link; shown this once and absent in a repeated answer. */
            url?: string | null;
        };
        /** @description A new passkey; with recovery codes when there were none, shown once. */
        CreatedPasskey: components["schemas"]["Passkey"] & {
            recovery_codes?: string[] | null;
        };
        /** @description A role that a tenant made for itself. */
        CustomRole: {
            id: string;
            name: string;
        };
        DataKeys: {
            /**
             * Format: int64
             * @description They open what they sealed and seal nothing new.
             */
            retired: number;
            /** Format: int64 */
            total: number;
        };
        DeliveryAttempt: {
            at: string;
            /** @description The first 500 characters of the answer. */
            excerpt?: string | null;
            problem?: string | null;
            /**
             * Format: int32
             * @description Of the answer; absent when there was none.
             */
            status?: number | null;
            /** Format: int64 */
            took_ms: number;
        };
        /** @enum {string} */
        DeliveryState: "queued" | "delivered" | "dead";
        /** @description What a device shows and polls with (RFC 8628 section 3.2). */
        DeviceCodes: {
            /** @description Kept by the device. */
            device_code: string;
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            /**
             * Format: int64
             * @description Seconds between two polls.
             */
            interval: number;
            /** @description Shown, such as `BCDF-GHJK`. */
            user_code: string;
            /** @description Where it is typed. */
            verification_uri: string;
            verification_uri_complete: string;
        };
        /** @description A device that waits to be signed in. */
        DeviceRequest: {
            /** @description What it calls itself. */
            client_name: string;
            created_at: string;
            expires_at: string;
            ip?: string | null;
            /** @description What the address says about itself: `this machine`, `private network`, `internet` or `unknown`. */
            network: string;
            user_agent?: string | null;
            user_code: string;
        };
        /**
         * @example {
         *       "password": "a few unrelated words",
         *       "user": "ada"
         *     }
         */
        DirectorySignIn: {
            password: string;
            user: string;
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
            type: "notifications";
            /** Format: int64 */
            unread: number;
        } | {
            /** @enum {string} */
            type: "reset";
        };
        EventType: {
            /** @description Words for people. */
            title: string;
            /** @description Such as `instance.failed`. */
            type: string;
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
        /** @description An archive: a tar.gz of JSON and JSON Lines with a manifest. */
        Export: {
            created_at: string;
            /** @description The archive is removed at this time. */
            expires_at?: string | null;
            id: string;
            /** @description The operation that makes it. */
            operation_id?: string | null;
            scope: components["schemas"]["ExportScope"];
            /** Format: int64 */
            size_bytes?: number | null;
            state: components["schemas"]["ExportState"];
        };
        /**
         * @description Whose data.
         * @enum {string}
         */
        ExportScope: "user" | "tenant";
        /** @enum {string} */
        ExportState: "running" | "ready" | "failed" | "expired";
        /** @description What the caller signs in with. */
        Factors: {
            /** Format: int64 */
            passkeys: number;
            password: boolean;
            /** Format: int64 */
            recovery_codes_left: number;
            totp: boolean;
        };
        /** @description Members of a group there get this role here. */
        GroupRole: {
            /** @description As the source says it: a value of the claim of groups, or a group's DN. */
            group: string;
            /** @description `admin`, `support`, `member`, `guest`, `owner`, or the id of one of the tenant's own roles. */
            role: string;
        };
        /** @description The server answers. */
        Health: {
            /** @example ok */
            status: string;
        };
        /** @description A page of the inbox, newest first. */
        Inbox: {
            items: components["schemas"]["Notification"][];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Of the whole inbox.
             */
            unread: number;
        };
        /** @description How instances get it. */
        Inject: {
            kind: components["schemas"]["InjectKind"];
            /** @description Name of the variable, or of the file in `/run/secrets`. The secret's name when absent. */
            target?: string | null;
        };
        /** @enum {string} */
        InjectKind: "env" | "file";
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
        /** @description An invitation that is still open. */
        Invite: {
            created_at: string;
            custom_role?: components["schemas"]["CustomRole"] | null;
            /** @description The mailbox it is bound to; absent when anybody with the link may use it. */
            email?: string | null;
            expires_at: string;
            id: string;
            /** @description Name of who invites. */
            invited_by: string;
            role: components["schemas"]["Role"];
        };
        /** @description What an invitation offers, to whoever has its link. */
        InviteOffer: {
            /** @description The address it is bound to. */
            email?: string | null;
            expires_at: string;
            invited_by: string;
            /** @description Name of the role. */
            role: string;
            /** @description Name of the tenant. */
            tenant: string;
        };
        /**
         * @example {
         *       "token": "nothing"
         *     }
         */
        InviteToken: {
            /** @description The text after `#` in the link. */
            token: string;
        };
        /** @enum {string} */
        KeyKind: "master" | "data" | "signing";
        /** @description What a rotation does. */
        KeyRotation: {
            /**
             * Format: int64
             * @description Data keys to wrap anew, for `master`.
             */
            data_keys: number;
            operation?: components["schemas"]["Operation"] | null;
            /** @description `installation` or a tenant's id, for `data`. */
            owner?: string | null;
            /** @description Ids of the keys that are replaced. */
            replaces: string[];
            /** @description Values to seal anew, by where they are, for `data`. */
            values: components["schemas"]["SealedValues"][];
            what: components["schemas"]["KeyKind"];
        };
        /** @description A set of public keys (RFC 7517). */
        KeySet: {
            keys: components["schemas"]["PublicKey"][];
        };
        Keys: {
            data_keys: components["schemas"]["DataKeys"];
            master_keys: components["schemas"]["MasterKey"][];
            signing_keys: components["schemas"]["SigningKey"][];
        };
        /**
         * @description An account in a directory, to be linked to the caller's own.
         * @example {
         *       "password": "a few unrelated words",
         *       "source": "src_01j9zz3kq8f7v9x2m4n5p6r7st",
         *       "user": "ada"
         *     }
         */
        LinkDirectory: {
            password: string;
            /** @description Id of the source. */
            source: string;
            user: string;
        };
        /** @description An account elsewhere that one signs in with. */
        LinkedIdentity: {
            created_at: string;
            /** @description The address of the account there, as it was said last. */
            email?: string | null;
            id: string;
            kind: components["schemas"]["SourceKind"];
            last_used_at?: string | null;
            source_id: string;
            source_name: string;
        };
        /** @description A mail of the installation, for operators. */
        Mail: {
            address: string;
            /** Format: int32 */
            attempts: number;
            content?: components["schemas"]["MailContent"] | null;
            created_at: string;
            ended_at?: string | null;
            id: string;
            kind: string;
            /** @description Why the last attempt failed. */
            problem?: string | null;
            state: components["schemas"]["MailState"];
        };
        MailContent: {
            html: string;
            subject: string;
            text: string;
        };
        /**
         * @description Where a mail is wanted.
         * @example {
         *       "email": "ada@example.org"
         *     }
         */
        MailRequest: {
            email: string;
        };
        /** @enum {string} */
        MailState: "queued" | "held" | "delivered" | "dead";
        MailTemplate: {
            /** @description Recipients cannot turn it off. */
            security: boolean;
            /** @description Its name, such as `verify_email`. */
            template: string;
            /** @description Words for people. */
            title: string;
        };
        MailTemplates: {
            items: components["schemas"]["MailTemplate"][];
        };
        /**
         * @description The secret of a link in a mail.
         * @example {
         *       "token": "nothing"
         *     }
         */
        MailToken: {
            /** @description The text after `#` in the link. */
            token: string;
        };
        /** @description The mails of the installation. */
        Mails: {
            items: components["schemas"]["Mail"][];
            /** @description Whether a mail server is set. */
            mail_server: boolean;
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /**
         * @description Name entries, or say `all`.
         * @example {
         *       "all": true
         *     }
         */
        MarkRead: {
            all?: boolean;
            /** @description At most 200; those that are not the caller's count for nothing. */
            ids?: string[];
        };
        /** @description A key that wraps data keys. */
        MasterKey: {
            created_at: string;
            /** @description It wraps what is new. */
            current: boolean;
            /**
             * Format: int64
             * @description Data keys that it wraps now.
             */
            data_keys: number;
            /** @description Derived from the key, to tell keys apart. */
            id: string;
            /** @description Nothing is wrapped by it any more since then. */
            retired_at?: string | null;
            /** @description `file`, `environment` or `command`. */
            source: string;
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
            custom_role?: components["schemas"]["CustomRole"] | null;
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
        /** @description An entry of the caller's inbox. */
        Notification: {
            created_at: string;
            id: string;
            /** @description Such as `instance.failed`. */
            kind: string;
            /** @description Where the dashboard shows more, from its root. */
            path?: string | null;
            /** @description Absent while it is unread. */
            read_at?: string | null;
            /** @description The tenant it is about. */
            tenant_id?: string | null;
            text: string;
            title: string;
        };
        /** @description Whether and how the caller is told of a kind of event. */
        NotificationPreference: {
            /** @description A security notice: it cannot be turned off. */
            fixed: boolean;
            inbox: boolean;
            kind: string;
            mail: boolean;
            /** @description Words for people. */
            title: string;
        };
        NotificationPreferences: {
            items: components["schemas"]["NotificationPreference"][];
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
        /** @description A tenant as operators see it. */
        OperatorTenant: {
            created_at: string;
            deleted_at?: string | null;
            id: string;
            name: string;
            personal: boolean;
            quotas: components["schemas"]["Quota"][];
        };
        /** @description A user as operators see them. */
        OperatorUser: {
            /** @description Since when an operator keeps them out. */
            disabled_at?: string | null;
            /** @description Runs the installation. */
            operator: boolean;
            user: components["schemas"]["User"];
        };
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
        Page_AuditEvent: {
            items: {
                /** @description Names and addresses of `subject`. Gone when that user was erased. */
                about?: unknown;
                /** @description Such as `instance.create`. */
                action: string;
                /** @description The user who acted; absent: Stead itself. */
                actor?: string | null;
                at: string;
                /** @description The session or token used. */
                credential?: string | null;
                /** @description More about it, such as `before` and `after`. Gone when the tenant was erased. */
                detail?: unknown;
                id: string;
                /**
                 * Format: int64
                 * @description Place in the tenant's log, from 0.
                 */
                index: number;
                /** @description Where the actor acted from. Gone when the actor was erased. */
                ip?: string | null;
                object?: string | null;
                proof?: components["schemas"]["AuditProof"] | null;
                request_id?: string | null;
                /** @description The user whom `about` is about. */
                subject?: string | null;
                /** @description Absent: it concerns the installation. */
                tenant?: string | null;
                user_agent?: string | null;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_AuditSink: {
            items: {
                created_at: string;
                /** @description When it last took something. */
                delivered_at?: string | null;
                id: string;
                kind: components["schemas"]["AuditSinkKind"];
                /** @description Why the last attempt failed; absent when it did not. */
                last_error?: string | null;
                /** @description When it is tried again after a failure. */
                retry_at?: string | null;
                /** @description The address, without what may be a secret in it. */
                target: string;
                /**
                 * Format: int64
                 * @description Events that it has not got yet.
                 */
                waiting: number;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Binding: {
            items: {
                custom_role?: components["schemas"]["CustomRole"] | null;
                role: components["schemas"]["Role"];
                since: string;
                user: components["schemas"]["User"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Export: {
            items: {
                created_at: string;
                /** @description The archive is removed at this time. */
                expires_at?: string | null;
                id: string;
                /** @description The operation that makes it. */
                operation_id?: string | null;
                scope: components["schemas"]["ExportScope"];
                /** Format: int64 */
                size_bytes?: number | null;
                state: components["schemas"]["ExportState"];
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
        Page_Invite: {
            items: {
                created_at: string;
                custom_role?: components["schemas"]["CustomRole"] | null;
                /** @description The mailbox it is bound to; absent when anybody with the link may use it. */
                email?: string | null;
                expires_at: string;
                id: string;
                /** @description Name of who invites. */
                invited_by: string;
                role: components["schemas"]["Role"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_LinkedIdentity: {
            items: {
                created_at: string;
                /** @description The address of the account there, as it was said last. */
                email?: string | null;
                id: string;
                kind: components["schemas"]["SourceKind"];
                last_used_at?: string | null;
                source_id: string;
                source_name: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Member: {
            items: {
                custom_role?: components["schemas"]["CustomRole"] | null;
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
        Page_OperatorTenant: {
            items: {
                created_at: string;
                deleted_at?: string | null;
                id: string;
                name: string;
                personal: boolean;
                quotas: components["schemas"]["Quota"][];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_OperatorUser: {
            items: {
                /** @description Since when an operator keeps them out. */
                disabled_at?: string | null;
                /** @description Runs the installation. */
                operator: boolean;
                user: components["schemas"]["User"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Passkey: {
            items: {
                created_at: string;
                id: string;
                last_used_at?: string | null;
                name: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_PermissionInfo: {
            items: {
                /** @description Such as `instance:write`. */
                key: string;
                /** @description Concerns the installation: no role gives it. */
                operators_only: boolean;
                /** @description A binding on a single instance can give it. */
                per_instance: boolean;
                roles: components["schemas"]["Role"][];
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
        Page_RoleDefinition: {
            items: {
                built_in: boolean;
                /** @description Its reference: what `role` in requests takes. */
                id: string;
                name: string;
                /** @description Such as `instance:write`. */
                permissions: string[];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Secret: {
            items: {
                created_at: string;
                id: string;
                inject: components["schemas"]["Inject"];
                level: components["schemas"]["SecretLevel"];
                name: string;
                updated_at: string;
                /** @description The user who wrote the newest value. */
                updated_by?: string | null;
                /**
                 * Format: int64
                 * @description Grows with each value.
                 */
                version: number;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_SecretVersion: {
            items: {
                created_at: string;
                created_by?: string | null;
                /** Format: int64 */
                version: number;
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
                /** @description Such as `Firefox on Linux`; what a program calls itself. */
                device: string;
                /** @description Moves with use, up to 180 days after the beginning. */
                expires_at: string;
                /** @description How its holder was authenticated: `link`, `password`, `totp` and so on. */
                factors: string[];
                id: string;
                /** @description Where it began. Stead has no database of places: the address is the place. */
                ip?: string | null;
                kind: components["schemas"]["SessionKind"];
                last_used_at: string;
                /** @description What the address says about itself: `this machine`, `private network`, `internet` or `unknown`. */
                network: string;
                user_agent?: string | null;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_SignInSource: {
            items: {
                /** @description What the other side has to know: the address that it sends people back to. Absent for LDAP. */
                callback_url?: string | null;
                created_at: string;
                /** @description Their addresses have to be of one of these domains; empty means any. */
                domains: string[];
                enabled: boolean;
                /** @description Groups that give another role; the first that fits counts, at every sign-in. */
                group_roles: components["schemas"]["GroupRole"][];
                /** @description Whether it has a client secret or a password to search with. */
                has_secret: boolean;
                id: string;
                kind: components["schemas"]["SourceKind"];
                name: string;
                /** @description What its people become in the tenant. */
                role: string;
                /** @description What is not secret, by name; which names there are depends on the kind. */
                settings: {
                    [key: string]: string;
                };
                /** @description The page where the tenant's people sign in. */
                sign_in_url: string;
                updated_at: string;
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_Tenant: {
            items: {
                created_at: string;
                custom_role?: components["schemas"]["CustomRole"] | null;
                /** @description When its deletion was asked for; such tenants are only shown to be restored. */
                deleted_at?: string | null;
                /** @description When everything in it is erased for good. */
                erased_after?: string | null;
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
        /** @description One page of a list. Pass `next_cursor` as `cursor` to get the next one. */
        Page_WebhookDelivery: {
            items: {
                attempts: components["schemas"]["DeliveryAttempt"][];
                /** @description The body of the call, JSON as text. */
                body: string;
                created_at: string;
                ended_at?: string | null;
                /** @description The type of the event. */
                event: string;
                /** @description Also the header `webhook-id`: the same in every attempt. */
                id: string;
                /** @description When the next attempt begins. */
                next_attempt_at?: string | null;
                state: components["schemas"]["DeliveryState"];
            }[];
            /** @description Absent on the last page. */
            next_cursor?: string | null;
        };
        Passkey: {
            created_at: string;
            id: string;
            last_used_at?: string | null;
            name: string;
        };
        /** @description A passkey ceremony that has begun. */
        PasskeyBegun: {
            options: unknown;
            /** @description Shown again when it is finished, within five minutes. */
            pending: string;
        };
        /**
         * @description What a passkey answered.
         * @example {
         *       "credential": {},
         *       "pending": "nothing"
         *     }
         */
        PasskeyProof: {
            credential: unknown;
            pending: string;
        };
        /** @description A permission, and the built-in roles that have it. */
        PermissionInfo: {
            /** @description Such as `instance:write`. */
            key: string;
            /** @description Concerns the installation: no role gives it. */
            operators_only: boolean;
            /** @description A binding on a single instance can give it. */
            per_instance: boolean;
            roles: components["schemas"]["Role"][];
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
        /** @description An Ed25519 key (RFC 8037). */
        PublicKey: {
            alg: string;
            crv: string;
            kid: string;
            kty: string;
            use: string;
            x: string;
        };
        /**
         * @description A new value. Instances that run get it with their next start.
         * @example {
         *       "inject": {
         *         "kind": "env",
         *         "target": "DATABASE_URL"
         *       },
         *       "value": "postgres://shop:…@db/shop"
         *     }
         */
        PutSecret: {
            inject?: components["schemas"]["Inject"] | null;
            /** @description Up to 64 KiB of text. */
            value: string;
        };
        /** @description One thing that is limited. */
        Quota: {
            /** Format: int64 */
            limit: number;
            /** @description An operator said so; else it is the installation's default. */
            set: boolean;
            /** Format: int64 */
            used: number;
            /** @description `instances`, `cpu_millis`, `memory_bytes`, `disk_bytes` or `members` (open invitations count). */
            what: string;
        };
        Quotas: {
            items: components["schemas"]["Quota"][];
        };
        /** @description Each signs in once in place of a second factor. Shown once. */
        RecoveryCodes: {
            recovery_codes: string[];
        };
        /**
         * @example {
         *       "name": "Laptop"
         *     }
         */
        RenamePasskey: {
            name: string;
        };
        /**
         * @example {
         *       "password": "a few unrelated words",
         *       "token": "nothing"
         *     }
         */
        ResetPassword: {
            /** @description 12 to 256 characters. */
            password: string;
            /** @description The text after `#` in the link. */
            token: string;
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
        Role: "owner" | "admin" | "support" | "member" | "guest" | "custom";
        /** @description A role that can be given in a tenant. */
        RoleDefinition: {
            built_in: boolean;
            /** @description Its reference: what `role` in requests takes. */
            id: string;
            name: string;
            /** @description Such as `instance:write`. */
            permissions: string[];
        };
        /**
         * @example {
         *       "plan": false,
         *       "what": "data"
         *     }
         */
        RotateKeys: {
            /** @description Only say what would be done. */
            plan?: boolean;
            /** @description For `data`: the tenant whose key is rotated; the installation's own when absent. */
            tenant?: string | null;
            what: components["schemas"]["KeyKind"];
        };
        SealedValues: {
            /** Format: int64 */
            count: number;
            /** @description They must not change, so that the old key is kept as long as they are. */
            fixed: boolean;
            /** @description Such as `secret_versions`. */
            place: string;
        };
        /**
         * @description Exactly one of the three.
         * @example {
         *       "pending": "nothing",
         *       "totp": "000000"
         *     }
         */
        SecondFactorRequest: {
            passkey?: components["schemas"]["PasskeyProof"] | null;
            pending: string;
            recovery_code?: string | null;
            totp?: string | null;
        };
        /** @description A secret without its value. */
        Secret: {
            created_at: string;
            id: string;
            inject: components["schemas"]["Inject"];
            level: components["schemas"]["SecretLevel"];
            name: string;
            updated_at: string;
            /** @description The user who wrote the newest value. */
            updated_by?: string | null;
            /**
             * Format: int64
             * @description Grows with each value.
             */
            version: number;
        };
        /**
         * @description Whose secret it is. For one name an instance's own counts before the tenant's, and that before its creator's.
         * @enum {string}
         */
        SecretLevel: "user" | "tenant" | "instance";
        /** @description That there was a value; the newest twenty are kept. */
        SecretVersion: {
            created_at: string;
            created_by?: string | null;
            /** Format: int64 */
            version: number;
        };
        Session: {
            created_at: string;
            /** @description The one that asks. */
            current: boolean;
            /** @description Such as `Firefox on Linux`; what a program calls itself. */
            device: string;
            /** @description Moves with use, up to 180 days after the beginning. */
            expires_at: string;
            /** @description How its holder was authenticated: `link`, `password`, `totp` and so on. */
            factors: string[];
            id: string;
            /** @description Where it began. Stead has no database of places: the address is the place. */
            ip?: string | null;
            kind: components["schemas"]["SessionKind"];
            last_used_at: string;
            /** @description What the address says about itself: `this machine`, `private network`, `internet` or `unknown`. */
            network: string;
            user_agent?: string | null;
        };
        /** @enum {string} */
        SessionKind: "browser" | "program";
        /**
         * @example {
         *       "role": "member"
         *     }
         */
        SetBinding: {
            /** @description Reference of a role. */
            role: string;
        };
        SetNotificationPreference: {
            /** @description Stays as it is when absent. */
            inbox?: boolean | null;
            kind: string;
            /** @description Stays as it is when absent. */
            mail?: boolean | null;
        };
        /**
         * @description Kinds that are not named stay as they are.
         * @example {
         *       "items": [
         *         {
         *           "kind": "instance.failed",
         *           "mail": false
         *         }
         *       ]
         *     }
         */
        SetNotificationPreferences: {
            items: components["schemas"]["SetNotificationPreference"][];
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
        /**
         * @description What is absent gets the installation's default.
         * @example {
         *       "instances": 20,
         *       "members": 10
         *     }
         */
        SetQuotas: {
            /**
             * Format: int64
             * @description Thousandths of a CPU core.
             */
            cpu_millis?: number | null;
            /** Format: int64 */
            disk_bytes?: number | null;
            /** Format: int64 */
            instances?: number | null;
            /** Format: int64 */
            members?: number | null;
            /** Format: int64 */
            memory_bytes?: number | null;
        };
        /** @description What a first factor leads to. */
        SignInAnswer: {
            /** @enum {string} */
            kind: "signed_in";
            me: components["schemas"]["Me"];
        } | {
            /** @enum {string} */
            kind: "second_factor";
            /** @description `totp`, `recovery_code`, `passkey`: those that the user has. */
            methods: string[];
            /** @description Shown again with the second factor. */
            pending: string;
        };
        /** @description A link that signs its holder in once, as the user who asked for it. */
        SignInLink: {
            expires_at: string;
            url: string;
        };
        /**
         * @example {
         *       "email": "nobody@example.org",
         *       "password": "a few unrelated words"
         *     }
         */
        SignInRequest: {
            email: string;
            password: string;
        };
        /** @description A tenant's own source of sign-in. Secrets are never in it. */
        SignInSource: {
            /** @description What the other side has to know: the address that it sends people back to. Absent for LDAP. */
            callback_url?: string | null;
            created_at: string;
            /** @description Their addresses have to be of one of these domains; empty means any. */
            domains: string[];
            enabled: boolean;
            /** @description Groups that give another role; the first that fits counts, at every sign-in. */
            group_roles: components["schemas"]["GroupRole"][];
            /** @description Whether it has a client secret or a password to search with. */
            has_secret: boolean;
            id: string;
            kind: components["schemas"]["SourceKind"];
            name: string;
            /** @description What its people become in the tenant. */
            role: string;
            /** @description What is not secret, by name; which names there are depends on the kind. */
            settings: {
                [key: string]: string;
            };
            /** @description The page where the tenant's people sign in. */
            sign_in_url: string;
            updated_at: string;
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
        /**
         * @description Who may make an account.
         * @enum {string}
         */
        SignUp: "open" | "invited" | "closed";
        /**
         * @example {
         *       "email": "ada@example.org",
         *       "name": "Ada",
         *       "password": "a few unrelated words"
         *     }
         */
        SignUpRequest: {
            email: string;
            /** @description The secret of an invitation; needed where sign-up is for the invited. */
            invite?: string | null;
            name: string;
            /** @description 12 to 256 characters. */
            password: string;
        };
        /** @description A key that signs access tokens or checkpoints of the audit log. */
        SigningKey: {
            created_at: string;
            /** @description It signs what is new. */
            current: boolean;
            id: string;
            /** @description Ed25519, 32 bytes in base64url. */
            public_key: string;
            /** @description `access_token` or `audit_checkpoint`. */
            purpose: string;
            retired_at?: string | null;
        };
        /** @enum {string} */
        SourceKind: "oidc" | "github" | "google" | "gitlab" | "ldap";
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
        /**
         * @description Exactly one of the three.
         * @example {
         *       "password": "correct horse battery staple"
         *     }
         */
        StepUpRequest: {
            passkey?: components["schemas"]["PasskeyProof"] | null;
            password?: string | null;
            /** @description A code of the authenticator app. */
            totp?: string | null;
        };
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
            custom_role?: components["schemas"]["CustomRole"] | null;
            /** @description When its deletion was asked for; such tenants are only shown to be restored. */
            deleted_at?: string | null;
            /** @description When everything in it is erased for good. */
            erased_after?: string | null;
            id: string;
            name: string;
            /** @description The one that belongs to a user alone. */
            personal: boolean;
            role: components["schemas"]["Role"];
        };
        TenantSecurity: {
            /** @description Networks in CIDR form that requests have to come from; empty: from anywhere. */
            ip_allowlist: string[];
            /** @description Members without a second factor are admitted to nothing but enrolment. */
            require_second_factor: boolean;
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
        /** @description Tokens of a program's session. */
        TokenAnswer: {
            /** @description For `Authorization: Bearer`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            /** @description For the next exchange. Using it makes it worthless; repeating that within 30 seconds gives the same answer. */
            refresh_token: string;
            session_id: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /**
         * @description Asks for tokens: by a refresh token, or by a device's code (RFC 6749 and 8628). As JSON or as a form.
         * @example {
         *       "grant_type": "refresh_token",
         *       "refresh_token": "nothing"
         *     }
         */
        TokenRequest: {
            /** @description Taken, as OAuth clients send it; not looked at. */
            client_id?: string | null;
            device_code?: string | null;
            /** @description `refresh_token` or `urn:ietf:params:oauth:grant-type:device_code`. */
            grant_type: string;
            refresh_token?: string | null;
            scope?: string | null;
        };
        /** @description A new secret for an authenticator app; it counts once a code was confirmed. */
        TotpSetup: {
            /** @description The same as a picture. */
            qr_svg: string;
            /** @description Base32, to type by hand. */
            secret: string;
            /** @description `otpauth://…` */
            uri: string;
        };
        Unread: {
            /** Format: int64 */
            unread: number;
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
        /**
         * @example {
         *       "name": "Ada Lovelace"
         *     }
         */
        UpdateMe: {
            name: string;
        };
        /**
         * @example {
         *       "role": "member"
         *     }
         */
        UpdateMember: {
            /** @description Reference of a role. */
            role: string;
        };
        /**
         * @example {
         *       "permissions": [
         *         "instance:read"
         *       ]
         *     }
         */
        UpdateRole: {
            name?: string | null;
            permissions?: string[] | null;
        };
        /**
         * @description What is absent stays as it is.
         * @example {
         *       "name": "Acme Corporation"
         *     }
         */
        UpdateSignInSource: {
            domains?: string[] | null;
            enabled?: boolean | null;
            group_roles?: components["schemas"]["GroupRole"][] | null;
            name?: string | null;
            role?: string | null;
            /** @description All of them; a secret that is left out stays what it is. */
            settings?: {
                [key: string]: string;
            } | null;
        };
        /**
         * @example {
         *       "name": "Analytical Engines"
         *     }
         */
        UpdateTenant: {
            /** @description 1 to 100 characters. */
            name: string;
        };
        /**
         * @example {
         *       "ip_allowlist": [
         *         "127.0.0.0/8",
         *         "10.1.0.0/16"
         *       ]
         *     }
         */
        UpdateTenantSecurity: {
            /** @description At most 100 networks. */
            ip_allowlist?: string[] | null;
            /** @description Do it although the caller's own address is not in the list. */
            lock_me_out?: boolean;
            require_second_factor?: boolean | null;
        };
        /**
         * @description What is absent stays as it is.
         * @example {
         *       "name": "Deployments and failures"
         *     }
         */
        UpdateWebhook: {
            enabled?: boolean | null;
            events?: string[] | null;
            name?: string | null;
            url?: string | null;
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
            /** @description Whether the address is known to be theirs. */
            email_verified: boolean;
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
        /**
         * @description Holds the log against checkpoints: those that the server keeps, and those given.
         * @example {
         *       "checkpoints": []
         *     }
         */
        VerifyAudit: {
            /** @description Signed notes that were kept elsewhere. At most 100. */
            checkpoints?: string[];
        };
        Version: {
            /** @example 0.1.0 */
            version: string;
        };
        /** @enum {string} */
        Visibility: "private" | "public";
        Webhook: {
            created_at: string;
            /** @description Why Stead switched it off. */
            disabled_reason?: string | null;
            enabled: boolean;
            /** @description Types of events, or beginnings such as `instance.*`; empty means all. */
            events: string[];
            /** @description Since when no call succeeded. */
            failing_since?: string | null;
            id: string;
            kind: components["schemas"]["WebhookKind"];
            last_success_at?: string | null;
            name: string;
            /** @description Until then calls are signed with the secret of before as well. */
            previous_secret_until?: string | null;
            updated_at: string;
            /** @description The address without what may be a secret in it. */
            url: string;
        };
        /** @description A call of a webhook, with its newest attempts. */
        WebhookDelivery: {
            attempts: components["schemas"]["DeliveryAttempt"][];
            /** @description The body of the call, JSON as text. */
            body: string;
            created_at: string;
            ended_at?: string | null;
            /** @description The type of the event. */
            event: string;
            /** @description Also the header `webhook-id`: the same in every attempt. */
            id: string;
            /** @description When the next attempt begins. */
            next_attempt_at?: string | null;
            state: components["schemas"]["DeliveryState"];
        };
        /** @enum {string} */
        WebhookKind: "standard" | "discord" | "slack";
        /** @description A webhook with its signing secret, which is shown here and when it is rotated. */
        WebhookWithSecret: {
            /** @description `whsec_…`; absent for Discord and Slack, whose calls are not signed. */
            secret?: string | null;
            webhook: components["schemas"]["Webhook"];
        };
        /** @description The tenant's webhooks, and what there is to be told of. */
        Webhooks: {
            event_types: components["schemas"]["EventType"][];
            items: components["schemas"]["Webhook"][];
        };
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
    get_signing_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, the current one first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
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
    list_audit_events: {
        parameters: {
            query?: {
                /** @description An action, or its beginning with a `*` after it, such as `instance.*`. */
                action?: string;
                /** @description Id of the user who acted. */
                actor?: string;
                /** @description Id of what it was done to. */
                object?: string;
                /** @description At or after this time (RFC 3339). */
                from?: string;
                /** @description Before this time (RFC 3339). */
                to?: string;
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
            /** @description A page of events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEvent"];
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
    get_audit_checkpoint: {
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
            /** @description The checkpoint. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheckpoint"];
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
    export_audit_events: {
        parameters: {
            query?: {
                /** @description `jsonl` (the default) or `cef`. */
                format?: string;
                /** @description An action, or its beginning with a `*` after it, such as `instance.*`. */
                action?: string;
                /** @description Id of the user who acted. */
                actor?: string;
                /** @description Id of what it was done to. */
                object?: string;
                /** @description At or after this time (RFC 3339). */
                from?: string;
                /** @description Before this time (RFC 3339). */
                to?: string;
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
            /** @description One event per line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": components["schemas"]["AuditEvent"];
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
    list_audit_sinks: {
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
            /** @description All of them, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditSink"];
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
    add_audit_sink: {
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
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateAuditSink"];
            };
        };
        responses: {
            /** @description The sink, with the secret that an HTTPS sink's deliveries are signed with. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedAuditSink"];
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
    remove_audit_sink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the sink. */
                sink: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
    verify_audit_log: {
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
                "application/json": components["schemas"]["VerifyAudit"];
            };
        };
        responses: {
            /** @description What it came to. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerification"];
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
    confirm_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailToken"];
            };
        };
        responses: {
            /** @description Changed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    begin_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BeginDevice"];
            };
        };
        responses: {
            /** @description The codes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCodes"];
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
            /** @description Signed in; `Set-Cookie` carries the session. Or a second factor has to follow. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    ask_magic_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailRequest"];
            };
        };
        responses: {
            /** @description If there is an account, a mail goes to the address. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    sign_in_with_magic_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailToken"];
            };
        };
        responses: {
            /** @description Signed in; `Set-Cookie` carries the session. Or a second factor has to follow. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    get_auth_methods: {
        parameters: {
            query?: {
                /** @description Id of a tenant whose own sources are wanted, too. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ways in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthMethods"];
                };
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
    begin_passkey_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BeginPasskey"];
            };
        };
        responses: {
            /** @description What the browser takes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyBegun"];
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
    finish_passkey_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyProof"];
            };
        };
        responses: {
            /** @description Signed in; `Set-Cookie` carries the session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    ask_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailRequest"];
            };
        };
        responses: {
            /** @description If there is an account, a mail goes to the address. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPassword"];
            };
        };
        responses: {
            /** @description Set; sign in with it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    complete_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorRequest"];
            };
        };
        responses: {
            /** @description Signed in; `Set-Cookie` carries the session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description Signed in; `Set-Cookie` carries the session. Or a second factor has to follow. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpRequest"];
            };
        };
        responses: {
            /** @description A mail goes to the address. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    begin_source: {
        parameters: {
            query?: {
                /** @description Where to go afterwards: a path on this server. */
                from?: string;
                /** @description Link the account there to the signed-in one, instead of signing in. Needs a sign-in of the last ten minutes. */
                link?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On to the source. */
            303: {
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
            421: components["responses"]["Misdirected"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    finish_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in and on to where it began, or back to the sign-in page: `problem` says why, or the fragment holds what a second factor completes. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            421: components["responses"]["Misdirected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    sign_in_with_directory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DirectorySignIn"];
            };
        };
        responses: {
            /** @description Signed in; `Set-Cookie` carries the session. Or a second factor has to follow. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
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
    step_up: {
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
                "application/json": components["schemas"]["StepUpRequest"];
            };
        };
        responses: {
            /** @description Proved; `Set-Cookie` carries the session's new value, and the former one is worth nothing any more. */
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
    issue_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenAnswer"];
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
    verify_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailToken"];
            };
        };
        responses: {
            /** @description Confirmed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    get_device_request: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description The code that the device shows. */
                user_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRequest"];
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
    approve_device: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description The code that the device shows. */
                user_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device is signed in when it asks next. */
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
    deny_device: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description The code that the device shows. */
                user_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused. */
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
    list_exports: {
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
            /** @description The newest of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Export"];
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
    create_export: {
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
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateExport"];
            };
        };
        responses: {
            /** @description The operation that makes it. */
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
    export_download: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the export. */
                export: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
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
    list_bindings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name of the instance. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All bindings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Binding"];
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
    set_binding: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name of the instance. */
                instance: string;
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetBinding"];
            };
        };
        responses: {
            /** @description The binding. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Binding"];
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
    remove_binding: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name of the instance. */
                instance: string;
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken away. */
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
    list_instance_secrets: {
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
            /** @description All of them, by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Secret"];
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
    put_instance_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutSecret"];
            };
        };
        responses: {
            /** @description The secret, without its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
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
    delete_instance_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description Name of the secret. */
                secret: string;
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
            502: components["responses"]["Upstream"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    list_instance_secret_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id or name. */
                instance: string;
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest twenty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SecretVersion"];
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
    create_intent: {
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
                "application/json": components["schemas"]["CreateIntent"];
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedIntent"];
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
    accept_invite: {
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
                "application/json": components["schemas"]["InviteToken"];
            };
        };
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    look_up_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteToken"];
            };
        };
        responses: {
            /** @description The offer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteOffer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
    delete_me: {
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
            /** @description To be deleted. */
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
    update_me: {
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
                "application/json": components["schemas"]["UpdateMe"];
            };
        };
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
    change_email: {
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
                "application/json": components["schemas"]["MailRequest"];
            };
        };
        responses: {
            /** @description A mail goes to the address. */
            202: {
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
    get_factors: {
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
            /** @description The factors. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Factors"];
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
    list_identities: {
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
            /** @description All of them, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_LinkedIdentity"];
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
    link_directory: {
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
                "application/json": components["schemas"]["LinkDirectory"];
            };
        };
        responses: {
            /** @description Linked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    unlink_identity: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the linked account. */
                identity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Unlinked. */
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
    list_passkeys: {
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
            /** @description A page of passkeys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Passkey"];
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
    add_passkey: {
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
                "application/json": components["schemas"]["AddPasskey"];
            };
        };
        responses: {
            /** @description Added; with recovery codes when there were none, shown once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedPasskey"];
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
    begin_passkey: {
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
            /** @description What the browser takes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyBegun"];
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
    remove_passkey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the passkey. */
                passkey: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
    rename_passkey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the passkey. */
                passkey: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenamePasskey"];
            };
        };
        responses: {
            /** @description Renamed. */
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
    change_password: {
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
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Changed. */
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
    renew_recovery_codes: {
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
            /** @description The codes, shown once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
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
    list_my_secrets: {
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
            /** @description All of them, by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Secret"];
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
    put_my_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutSecret"];
            };
        };
        responses: {
            /** @description The secret, without its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
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
    delete_my_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
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
    list_my_secret_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest twenty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SecretVersion"];
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
    begin_totp: {
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
            /** @description The secret, as text and picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpSetup"];
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
    remove_totp: {
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
            /** @description Removed. */
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
    confirm_totp: {
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
                "application/json": components["schemas"]["ConfirmTotp"];
            };
        };
        responses: {
            /** @description Confirmed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
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
    ask_email_verification: {
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
            /** @description A mail goes to the address. */
            202: {
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
    get_notification_preferences: {
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
            /** @description Every kind. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationPreferences"];
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
    set_notification_preferences: {
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
                "application/json": components["schemas"]["SetNotificationPreferences"];
            };
        };
        responses: {
            /** @description Every kind, as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationPreferences"];
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
    list_notifications: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
                /** @description Only what is unread. */
                unread?: boolean;
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
            /** @description A page of the inbox. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inbox"];
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
    read_notifications: {
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
                "application/json": components["schemas"]["MarkRead"];
            };
        };
        responses: {
            /** @description How many are unread now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
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
    get_keys: {
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
            /** @description The keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Keys"];
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
    rotate_keys: {
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
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateKeys"];
            };
        };
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotation"];
                };
            };
            /** @description The rotation and the operation that does it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotation"];
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
    list_mail_templates: {
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
            /** @description Every kind of mail. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailTemplates"];
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
    preview_mail_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the template, such as `verify_email`. */
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mail. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailContent"];
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
    list_mails: {
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
            /** @description A page of mails. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mails"];
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
    list_all_tenants: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Part of the name, or an id. */
                q?: string;
                deleted?: boolean;
                personal?: boolean;
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
                    "application/json": components["schemas"]["Page_OperatorTenant"];
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
    set_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetQuotas"];
            };
        };
        responses: {
            /** @description The quotas. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quotas"];
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
    list_all_users: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Part of the name or of the address, or an id. */
                q?: string;
                operator?: boolean;
                disabled?: boolean;
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
            /** @description A page of users. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OperatorUser"];
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
    disable_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorUser"];
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
    enable_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorUser"];
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
    list_permissions: {
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
            /** @description All permissions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PermissionInfo"];
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
    list_secrets: {
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
            /** @description All of them, by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Secret"];
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
    put_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutSecret"];
            };
        };
        responses: {
            /** @description The secret, without its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
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
    delete_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
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
    list_secret_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Name of the secret. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest twenty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SecretVersion"];
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
    end_other_sessions: {
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
                cursor?: string;
                limit?: number;
                /** @description Those whose deletion was asked for, instead of the others. */
                deleted?: boolean;
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
    create_tenant: {
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
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateTenant"];
            };
        };
        responses: {
            /** @description The tenant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
    delete_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description When it is erased. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
            504: components["responses"]["TimedOut"];
        };
    };
    update_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTenant"];
            };
        };
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
    list_invites: {
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
            /** @description A page of invitations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invite"];
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
    create_invite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateInvite"];
            };
        };
        responses: {
            /** @description The invitation and its link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedInvite"];
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
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    revoke_invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the invitation. */
                invite: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back. */
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
    leave_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Left. */
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
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
    update_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the user. */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMember"];
            };
        };
        responses: {
            /** @description The member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
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
    get_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quotas. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quotas"];
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
    restore_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
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
    list_roles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All roles. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RoleDefinition"];
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
    create_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateRole"];
            };
        };
        responses: {
            /** @description The role. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleDefinition"];
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
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    delete_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the role. */
                role: string;
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
    update_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the role. */
                role: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateRole"];
            };
        };
        responses: {
            /** @description The role. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleDefinition"];
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
    get_tenant_security: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantSecurity"];
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
    update_tenant_security: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTenantSecurity"];
            };
        };
        responses: {
            /** @description The rules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantSecurity"];
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
    list_sources: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SignInSource"];
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
    create_source: {
        parameters: {
            query?: never;
            header?: {
                /** @description Up to 200 characters. A repetition with the same key and body gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateSignInSource"];
            };
        };
        responses: {
            /** @description The source. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInSource"];
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
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    get_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The source. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInSource"];
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
    delete_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
    update_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenant: string;
                /** @description Id of the source. */
                source: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSignInSource"];
            };
        };
        responses: {
            /** @description The source. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInSource"];
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
    list_webhooks: {
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
            /** @description All webhooks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhooks"];
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
    create_webhook: {
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
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description The webhook and its signing secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
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
    get_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
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
    delete_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
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
    update_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWebhook"];
            };
        };
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
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
    list_webhook_deliveries: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description 1 to 200; 50 when absent. */
                limit?: number;
                /** @description Only those in this state: `queued`, `delivered` or `dead`. */
                state?: components["schemas"]["DeliveryState"];
            };
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WebhookDelivery"];
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
    redeliver_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
                /** @description Id of the delivery. */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
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
    rotate_webhook_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook and its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
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
    test_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers. */
                "Stead-Tenant"?: string;
            };
            path: {
                /** @description Id of the webhook. */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
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
