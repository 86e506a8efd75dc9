using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeForge.TestSupport;

namespace NodeForge.Aspire.Hosting.Tests;

/// <summary>An app host without the programs that run an application: its resources are begun by hand, as the orchestrator does.</summary>
internal sealed class AppHost : IAsyncDisposable
{
    private DistributedApplication? app;

    public AppHost(params string[] arguments) =>
        Builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = arguments, DisableDashboard = true });

    public IDistributedApplicationBuilder Builder { get; }

    /// <summary>The user's home and working folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nf-aspire-").FullName;

    public DistributedApplication App => app ??= Builder.Build();

    /// <summary>Adds a cluster of a user whose engine is at this socket, and whose state lies here.</summary>
    public IResourceBuilder<NodeForgeClusterResource> AddCluster(string name, string socket, string? state = null)
    {
        HostEnvironment host = TestHost.In(
            Folder,
            ("HOME", Folder),
            ("DOCKER_HOST", "unix://" + socket),
            ("NODEFORGE_STATE", state ?? Folder)
        );
        return Builder.AddNodeForgeCluster(name).WithCluster(cluster => cluster.WithHost(host).WithoutChecks());
    }

    public Task BeginAsync(IResource resource)
    {
        IServiceProvider services = App.Services;
        return services
            .GetRequiredService<IDistributedApplicationEventing>()
            .PublishAsync(
                new InitializeResourceEvent(
                    resource,
                    services.GetRequiredService<IDistributedApplicationEventing>(),
                    services.GetRequiredService<ResourceLoggerService>(),
                    services.GetRequiredService<ResourceNotificationService>(),
                    services
                )
            );
    }

    public CustomResourceSnapshot Shown(IResource resource) =>
        App.Services.GetRequiredService<ResourceNotificationService>().TryGetCurrentState(resource.Name, out ResourceEvent? last)
            ? last.Snapshot
            : throw new InvalidOperationException(resource.Name + " was never shown");

    /// <summary>What the dashboard shows as the resource's log.</summary>
    public async Task<string> LogAsync(IResource resource)
    {
        ResourceLoggerService logs = App.Services.GetRequiredService<ResourceLoggerService>();
        logs.Complete(resource);
        List<string> lines = [];
        await foreach (IReadOnlyList<LogLine> read in logs.WatchAsync(resource))
            lines.AddRange(read.Select(line => line.Content));
        return string.Join('\n', lines);
    }

    public async Task<IReadOnlyDictionary<string, string>> VariablesAsync(IResource resource)
    {
        IExecutionConfigurationResult result = await ExecutionConfigurationBuilder
            .Create(resource)
            .WithEnvironmentVariablesConfig()
            .BuildAsync(Builder.ExecutionContext, NullLogger.Instance, CancellationToken.None);
        return result.Exception is { } failure ? throw failure : result.EnvironmentVariables.ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
