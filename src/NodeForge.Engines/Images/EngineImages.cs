using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Connecting;

namespace NodeForge.Engines.Images;

/// <summary>The engine's images. Archives stream: no image is ever held in memory or in a temporary file of ours.</summary>
public sealed class EngineImages
{
    // What an engine says while it loads: a line of 200 bytes some times a second.
    private const long MostProgress = 64 << 20;

    private readonly EngineTransport transport;

    internal EngineImages(EngineTransport transport) => this.transport = transport;

    /// <summary>Loads an archive (docker-archive; OCI archives where the engine knows them) that <paramref name="writeTar"/>
    /// writes.</summary>
    /// <param name="writeTar">Writes the archive into the stream it is given and leaves it open.</param>
    /// <param name="progress">Hears each message of the engine's; may be null.</param>
    /// <param name="cancellationToken">Ends the load; the engine drops what it was given.</param>
    /// <returns>The references or image IDs that the engine says it loaded.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineLoadFailed"/>, <see cref="ErrorCodes.EngineLost"/>, or what
    /// <paramref name="writeTar"/> threw.</exception>
    public async Task<IReadOnlyList<string>> LoadAsync(
        Func<Stream, CancellationToken, Task> writeTar,
        IProgress<LoadMessage>? progress,
        CancellationToken cancellationToken
    )
    {
        using PushedContent content = new("application/x-tar", writeTar);
        HttpResponseMessage response;
        try
        {
            response = await transport
                .SendAsync(
                    HttpMethod.Post,
                    "/images/load" + QueryText.Of(("quiet", progress is null ? "1" : "0")),
                    content,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception) when (content.AuthorFailure is not null && !cancellationToken.IsCancellationRequested)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(content.AuthorFailure);
            throw;
        }

        using (response)
            return await ReadLoadAsync(response, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An image's details, or null when the engine does not have it.</summary>
    /// <param name="reference">A name, or an ID with its algorithm.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ImageDetails?> FindAsync(string reference, CancellationToken cancellationToken) =>
        transport.FindAsync($"/images/{reference}/json", ImageJson.Default.ImageDetails, cancellationToken);

    /// <summary>Images that carry all of the labels.</summary>
    public async Task<IReadOnlyList<ImageSummary>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageSummary> listed = await transport
            .GetAsync(
                HttpMethod.Get,
                "/images/json" + QueryText.Of(("filters", LabelFilter.Text(labels))),
                null,
                ImageJson.Default.ListImageSummary,
                cancellationToken
            )
            .ConfigureAwait(false);
        return LabelFilter.Of(listed, image => image.Labels, labels);
    }

    /// <summary>Opens images as a docker-archive stream; the caller disposes it.</summary>
    public Task<Stream> SaveAsync(IReadOnlyList<string> references, CancellationToken cancellationToken) =>
        transport.OpenAsync(
            "/images/get" + QueryText.Of([.. references.Select(reference => ("names", (string?)reference))]),
            cancellationToken
        );

    /// <summary>Removes a name, and the image with its last name.</summary>
    /// <returns>False when there was nothing to remove.</returns>
    public Task<bool> RemoveAsync(string reference, bool force, CancellationToken cancellationToken) =>
        transport.DoAsync(
            HttpMethod.Delete,
            $"/images/{reference}" + QueryText.Of(("force", force ? "1" : null)),
            null,
            cancellationToken,
            HttpStatusCode.NotFound
        );

    private Task<IReadOnlyList<string>> ReadLoadAsync(
        HttpResponseMessage response,
        IProgress<LoadMessage>? progress,
        CancellationToken cancellationToken
    ) =>
        transport.Guard(
            transport.Call(HttpMethod.Post, "/images/load"),
            async () =>
            {
                List<string> loaded = [];
                Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
                await foreach (
                    LoadMessage? message in JsonSerializer
                        .DeserializeAsyncEnumerable(
                            new LimitedAnswer(body, MostProgress),
                            ImageJson.Lenient.LoadMessage,
                            topLevelValues: true,
                            cancellationToken
                        )
                        .ConfigureAwait(false)
                )
                {
                    if (message is null)
                        continue;
                    progress?.Report(message);
                    if (message.Error is { } error)
                        throw LoadFailed(error);
                    if (message.LoadedReference is { } reference)
                        loaded.Add(reference);
                }

                return (IReadOnlyList<string>)loaded;
            }
        );

    private NodeForgeException LoadFailed(string error) =>
        new(
            new Diagnostic(
                RefusalWords.IsOutOfSpace(error) ? ErrorCodes.DiskFull : ErrorCodes.EngineLoadFailed,
                "the engine did not take the image"
            )
            {
                Where = new(transport.Endpoint.ToString(), Detail: "POST /images/load"),
                Got = error.Trim(),
                Hint = RefusalWords.IsOutOfSpace(error)
                    ? EngineFailure.MoreSpace
                    : "read the archive with nodeforge inspect: it names what is damaged",
            }
        );
}
