using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace NodeForge.TestSupport.Registry;

/// <summary>The registry's user, and the tokens given out.</summary>
internal sealed class TokenServer(RegistryAuthentication mode)
{
    public const string User = "user";
    public const string Password = "pass:word";
    public const string RefreshToken = "refresh-me";
    private readonly ConcurrentDictionary<string, string> tokens = new(StringComparer.Ordinal);
    private int last;

    public void Expire() => tokens.Clear();

    public bool Admits(HttpRequest request, string scope)
    {
        string given = request.Headers.Authorization.ToString();
        return mode switch
        {
            RegistryAuthentication.None => true,
            RegistryAuthentication.Basic => given == Basic,
            _ => given.StartsWith("Bearer ", StringComparison.Ordinal)
                && tokens.TryGetValue(given[7..], out string? allowed)
                && allowed == scope,
        };
    }

    public string Challenge(string host, string scope) =>
        mode == RegistryAuthentication.Basic
            ? "Basic realm=\"a registry, for tests\""
            : $"Bearer realm=\"http://{host}/token\",service=\"{host}\",scope=\"{scope}\"";

    public async Task AnswerAsync(HttpContext context)
    {
        string scope = context.Request.Query["scope"].ToString();
        bool known = mode == RegistryAuthentication.AnonymousBearer || context.Request.Headers.Authorization == Basic;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            scope = form["scope"].ToString();
            known = form["refresh_token"] == RefreshToken && form["grant_type"] == "refresh_token";
        }

        if (!known)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        string token = "token-" + Interlocked.Increment(ref last).ToString(CultureInfo.InvariantCulture);
        tokens[token] = scope;
        await context.Response.WriteAsync($"{{\"token\":\"{token}\",\"expires_in\":300}}");
    }

    private static string Basic { get; } = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
}
