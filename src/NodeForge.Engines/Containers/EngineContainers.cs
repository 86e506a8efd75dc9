using System.Globalization;
using System.Net;
using NodeForge.Engines.Calling;

namespace NodeForge.Engines.Containers;

/// <summary>The engine's containers. <c>id</c> is an ID or a name throughout.</summary>
public sealed class EngineContainers
{
    private readonly EngineTransport transport;
    private readonly EngineDifferences differences;
    private readonly ContainerExec exec;
    private readonly AttachedExec attached;

    internal EngineContainers(EngineTransport transport, EngineDifferences differences)
    {
        this.transport = transport;
        this.differences = differences;
        exec = new(transport);
        attached = new(transport, exec);
    }

    /// <summary>Creates a container and does not start it.</summary>
    /// <returns>Its ID.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineNameTaken"/>, <see cref="ErrorCodes.EngineObjectMissing"/> (the
    /// image) and the rest of the NF55 range.</exception>
    public Task<string> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        transport.Guard(
            transport.Call(HttpMethod.Post, "/containers/create"),
            async () =>
                (
                    await transport
                        .Docker.Containers.CreateContainerAsync(ContainerParameters.Create(spec, differences), cancellationToken)
                        .ConfigureAwait(false)
                ).ID
        );

    /// <summary>Starts a container; one that runs already is fine.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EnginePortTaken"/> and the rest of the NF55 range.</exception>
    public Task StartAsync(string id, CancellationToken cancellationToken) =>
        transport.Docker.Containers.StartContainerAsync(id, null, cancellationToken);

    /// <summary>Changes what the engine does when a container ends, or when the engine itself starts; where
    /// <see cref="EngineDifferences.ChangesRestartPolicies"/>.</summary>
    /// <param name="id">The container.</param>
    /// <param name="policy">"no", "always", "unless-stopped" or "on-failure".</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task SetRestartPolicyAsync(string id, string policy, CancellationToken cancellationToken) =>
        transport.Guard(
            transport.Call(HttpMethod.Post, $"/containers/{id}/update"),
            () =>
                transport.Docker.Containers.UpdateContainerAsync(
                    id,
                    new() { RestartPolicy = ContainerParameters.Restart(policy, 0) },
                    cancellationToken
                )
        );

    /// <summary>Sends the container's stop signal, and kills it when that does not end it in time.</summary>
    public Task StopAsync(string id, TimeSpan patience, CancellationToken cancellationToken) =>
        transport.DoAsync(HttpMethod.Post, $"/containers/{id}/stop" + QueryText.Of(("t", Seconds(patience))), null, cancellationToken);

    /// <param name="id">The container.</param>
    /// <param name="signal">"SIGKILL", "SIGTERM", "SIGRTMIN+3".</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task KillAsync(string id, string signal, CancellationToken cancellationToken) =>
        transport.DoAsync(HttpMethod.Post, $"/containers/{id}/kill" + QueryText.Of(("signal", signal)), null, cancellationToken);

    /// <summary>Gives a container another name, running or not.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineNameTaken"/> and the rest of the NF55 range.</exception>
    public Task RenameAsync(string id, string name, CancellationToken cancellationToken) =>
        transport.DoAsync(HttpMethod.Post, $"/containers/{id}/rename" + QueryText.Of(("name", name)), null, cancellationToken);

    /// <summary>Kills and removes a container with its anonymous volumes.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await transport
                .DoAsync(HttpMethod.Delete, $"/containers/{id}?force=1&v=1", null, cancellationToken, HttpStatusCode.NotFound)
                .ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (EngineRefusal.Of(failure) is { Kind: EngineRefusalKind.BeingRemoved })
        {
            // Somebody else removes it at this moment; the outcome is the one asked for.
            return true;
        }
    }

    /// <summary>A container's details, or null when there is none.</summary>
    public Task<ContainerDetails?> FindAsync(string id, CancellationToken cancellationToken) =>
        transport.FindAsync($"/containers/{id}/json", ContainerJson.Default.ContainerDetails, cancellationToken);

    /// <summary>A container's details, whole and in the engine's own words: JSON.</summary>
    public Task<byte[]> ReadDetailsAsync(string id, CancellationToken cancellationToken) =>
        transport.ReadAsync($"/containers/{id}/json", cancellationToken);

    /// <summary>Containers in any state that carry all of the labels.</summary>
    /// <param name="labels"><c>key</c> or <c>key=value</c> each.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<ContainerSummary>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> listed = await transport
            .GetAsync(
                HttpMethod.Get,
                "/containers/json" + QueryText.Of(("all", "1"), ("filters", LabelFilter.Text(labels))),
                null,
                ContainerJson.Default.ListContainerSummary,
                cancellationToken
            )
            .ConfigureAwait(false);
        return LabelFilter.Of(listed, container => container.Labels, labels);
    }

    /// <summary>Waits until a container does not run.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> WaitAsync(string id, CancellationToken cancellationToken) =>
        transport.Guard(
            transport.Call(HttpMethod.Post, $"/containers/{id}/wait"),
            async () => (int)(await transport.Docker.Containers.WaitContainerAsync(id, cancellationToken).ConfigureAwait(false)).StatusCode
        );

    /// <summary>Copies a container's log: split into its two streams, or as it is for a container with a terminal.</summary>
    /// <param name="id">The container.</param>
    /// <param name="follow">Whether to go on until the container ends.</param>
    /// <param name="output">Takes standard output, and everything of a terminal.</param>
    /// <param name="errors">Takes standard error.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    public async Task CopyLogAsync(string id, bool follow, Stream output, Stream errors, CancellationToken cancellationToken)
    {
        ContainerDetails container =
            await FindAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw RefusalWords.OfAnswer(
                transport.Endpoint,
                transport.Call(HttpMethod.Get, $"/containers/{id}/json"),
                (int)HttpStatusCode.NotFound,
                $"no such container: {id}"
            );
        Stream log = await transport
            .OpenAsync(
                $"/containers/{id}/logs" + QueryText.Of(("stdout", "1"), ("stderr", "1"), ("follow", follow ? "1" : null)),
                cancellationToken,
                waits: follow
            )
            .ConfigureAwait(false);
        await using (log.ConfigureAwait(false))
        {
            if (container.Config.Tty)
                await log.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            else
                await StreamFrames.CopyAsync(log, output, errors, resetEnds: false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a program in a running container, attached to the streams given, until it ends.</summary>
    /// <param name="id">The container.</param>
    /// <param name="spec">The program.</param>
    /// <param name="input">Its standard input, ended when the stream ends; null for none.</param>
    /// <param name="output">Takes its standard output.</param>
    /// <param name="errors">Takes its standard error.</param>
    /// <param name="cancellationToken">Lets go of the program; it is not killed.</param>
    /// <returns>Its exit code.</returns>
    public Task<int> ExecAsync(
        string id,
        ExecSpec spec,
        Stream? input,
        Stream output,
        Stream errors,
        CancellationToken cancellationToken
    ) =>
        exec.RunAsync(
            id,
            spec,
            input is null ? null : (stream, token) => input.CopyToAsync(stream, token),
            output,
            errors,
            cancellationToken
        );

    /// <summary>As the other one, with an input that is written while the program runs.</summary>
    public Task<int> ExecAsync(
        string id,
        ExecSpec spec,
        Func<Stream, CancellationToken, Task>? writeInput,
        Stream output,
        Stream errors,
        CancellationToken cancellationToken
    ) => exec.RunAsync(id, spec, writeInput, output, errors, cancellationToken);

    /// <summary>Runs a program in a running container for somebody who sits at it, until it ends: what is left of the input then is not
    /// waited for.</summary>
    /// <param name="id">The container.</param>
    /// <param name="spec">The program.</param>
    /// <param name="streams">What it reads and writes; with a terminal it has one of its own, of the same size.</param>
    /// <param name="cancellationToken">Lets go of the program; it is not killed.</param>
    /// <exception cref="NodeForgeException">The NF55 range.</exception>
    /// <exception cref="IOException">One of the streams failed.</exception>
    public Task<ExecOutcome> AttachAsync(string id, ExecSpec spec, ExecStreams streams, CancellationToken cancellationToken) =>
        attached.RunAsync(id, spec, streams, cancellationToken);

    /// <summary>Unpacks a tar stream into a folder of the container, running or not. Mounted volumes are seen, tmpfs mounts are
    /// not.</summary>
    public async Task PutArchiveAsync(
        string id,
        string folder,
        Func<Stream, CancellationToken, Task> writeTar,
        CancellationToken cancellationToken
    )
    {
        using PushedContent content = new("application/x-tar", writeTar);
        await transport
            .DoAsync(HttpMethod.Put, $"/containers/{id}/archive" + QueryText.Of(("path", folder)), content, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Opens a file or folder of the container as a tar stream; the caller disposes it and trusts nothing in it.</summary>
    public Task<Stream> GetArchiveAsync(string id, string path, CancellationToken cancellationToken) =>
        transport.OpenAsync($"/containers/{id}/archive" + QueryText.Of(("path", path)), cancellationToken);

    /// <summary>Copies a file or folder of one container into a folder of another, each running or not, while it streams.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="path">Its path there.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="folder">A folder that is there; what is copied keeps its own name in it.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    public async Task CopyAsync(string from, string path, string to, string folder, CancellationToken cancellationToken)
    {
        Stream archive = await GetArchiveAsync(from, path, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            await PutArchiveAsync(to, folder, (stream, token) => archive.CopyToAsync(stream, token), cancellationToken)
                .ConfigureAwait(false);
    }

    // Docker.DotNet leaves a patience of nothing out, and the engine then has its own of ten seconds.
    private static string Seconds(TimeSpan patience) => ((int)Math.Ceiling(patience.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
