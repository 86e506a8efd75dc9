using NodeForge.Engines;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>Removes the containers of nodes, those too that the engine cannot kill.</summary>
/// <remarks>
/// On a host with cgroups of version 1 runc freezes a pod's cgroup for a moment while it is made. A node that is killed in that moment
/// leaves a frozen process, which takes no signal, and its systemd waits for it without end: the engine "did not receive an exit event".
/// The engine thaws the node's own cgroup alone (kernel, cgroup-v1/freezer-subsystem: each cgroup below has a state of its own).
/// </remarks>
internal static class NodeContainers
{
    private const string HostCgroups = "/host-cgroups";

    // The ID is the engine's, and an argument.
    private const string Thaw =
        "find "
        + HostCgroups
        + "/freezer -path \"*$1*\" -name freezer.state | sort | while read -r state; do echo THAWED > \"$state\"; done";

    private static readonly TimeSpan ThawAtMost = TimeSpan.FromSeconds(20);

    /// <summary>Kills what runs; what cannot be killed is left to the removal, which has more to say.</summary>
    public static async Task KillAsync(EngineClient engine, string container, CancellationToken cancellationToken)
    {
        try
        {
            await engine.Containers.KillAsync(container, "SIGKILL", cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException refusal) when (EngineRefusal.Of(refusal) is { Kind: EngineRefusalKind.Other })
        {
            await ThawAsync(engine, container, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException)
        {
            // It went by itself.
        }
    }

    /// <returns>False when there was none.</returns>
    /// <exception cref="NodeForgeException">The engine's refusal.</exception>
    public static async Task<bool> RemoveAsync(EngineClient engine, string container, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.Containers.RemoveAsync(container, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException refusal) when (EngineRefusal.Of(refusal) is { Kind: EngineRefusalKind.Other })
        {
            if (!await ThawAsync(engine, container, cancellationToken).ConfigureAwait(false))
                throw;
            return await engine.Containers.RemoveAsync(container, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether there was something that may have been frozen.</returns>
    private static async Task<bool> ThawAsync(EngineClient engine, string container, CancellationToken cancellationToken)
    {
        try
        {
            return await TryThawAsync(engine, container, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException)
        {
            // The engine's image may be gone, or the engine itself: why the node stays is what its removal was refused for.
            return false;
        }
    }

    private static async Task<bool> TryThawAsync(EngineClient engine, string container, CancellationToken cancellationToken)
    {
        EngineInformation information = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
        if (information.CgroupVersionNumber != 1)
            return false;
        ContainerDetails? node = await engine.Containers.FindAsync(container, cancellationToken).ConfigureAwait(false);
        if (node is not { State.Running: true })
            return false;
        ContainerSpec spec = new(node.Name.TrimStart('/') + "-thaw", node.Image)
        {
            Entrypoint = ["/bin/sh", "-c", Thaw, "thaw", node.Id],
            Command = [],
            Privileged = true,
            Network = "none",
            Mounts = [new(MountKind.Bind, "/sys/fs/cgroup", HostCgroups)],
        };
        // What a removal left that was killed.
        await engine.Containers.RemoveAsync(spec.Name, cancellationToken).ConfigureAwait(false);
        string id = await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ThawAtMost);
        try
        {
            await engine.Containers.StartAsync(id, limit.Token).ConfigureAwait(false);
            return await engine.Containers.WaitAsync(id, limit.Token).ConfigureAwait(false) == 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await engine.Containers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
