using Microsoft.Build.Framework;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Makes a cluster from a node image that the engine has, and waits until it is Ready.</summary>
[MSBuildMultiThreadableTask]
public sealed class CreateCluster : ForgeTask
{
    [Required]
    public string ClusterName { get; set; } = "";

    /// <summary>A cluster file, kind's v1alpha4; empty: a cluster as kind makes it by itself.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>The image's name in the engine; nothing is pulled.</summary>
    public string? Image { get; set; }

    /// <summary>The kubeconfig to change; empty: as kubectl finds it.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>How long the nodes may take to become Ready.</summary>
    public int WaitSeconds { get; set; }

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        ClusterConfig config = string.IsNullOrEmpty(ConfigFile)
            ? new ClusterConfig()
            : await ClusterConfigReader.ReadAsync(Host.Resolve(ConfigFile), cancellationToken).ConfigureAwait(false);
        CreateOptions how = new()
        {
            Wait = TimeSpan.FromSeconds(WaitSeconds),
            Kubeconfig = string.IsNullOrEmpty(Kubeconfig) ? null : Host.Resolve(Kubeconfig),
        };
        CreatedCluster made = await forge
            .Clusters.CreateAsync(config with { Name = ClusterName }, string.IsNullOrEmpty(Image) ? null : Image, how, cancellationToken)
            .ConfigureAwait(false);
        Messages.Say(MessageImportance.High, $"{made.Name} -> {made.ApiServer}");
    }
}
